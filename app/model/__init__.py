"""What the service knows, as tables. Importing this package registers every table in ``Base.metadata``."""

from app.model.area import Area, AreaHistory
from app.model.arena import Arena, ArenaLog, HostLink
from app.model.base import Base
from app.model.catalogue import CatalogueEntry
from app.model.contribution import Contribution, ModerationLog
from app.model.measure import Measure, MeasureInput, MeasurePartner, MeasureStep
from app.model.network import StreetNetwork
from app.model.participant import NewKey, Participant
from app.model.photo import Photo, PhotoLog
from app.model.process import NamedPlace, Process
from app.model.release import Release
from app.model.roadmap import InputEvidence, InputLog, InputTag, RoadmapInput
from app.model.staff import Staff

__all__ = [
    "Area",
    "AreaHistory",
    "Arena",
    "ArenaLog",
    "Base",
    "CatalogueEntry",
    "Contribution",
    "HostLink",
    "InputEvidence",
    "InputLog",
    "InputTag",
    "Measure",
    "MeasureInput",
    "MeasurePartner",
    "MeasureStep",
    "ModerationLog",
    "NamedPlace",
    "NewKey",
    "Participant",
    "Photo",
    "PhotoLog",
    "Process",
    "Release",
    "RoadmapInput",
    "Staff",
    "StreetNetwork",
]
