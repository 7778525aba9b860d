"""What the service knows, as tables. Importing this package registers every table in ``Base.metadata``."""

from app.model.area import Area, AreaHistory
from app.model.arena import Arena, ArenaLog, HostLink
from app.model.base import Base
from app.model.campaign import Campaign, CampaignArena, CampaignTask
from app.model.catalogue import CatalogueEntry
from app.model.contribution import Contribution, ModerationLog
from app.model.indicator import Indicator, Measurement
from app.model.measure import Measure, MeasureInput, MeasureLog, MeasurePartner, MeasurePhoto, MeasureStep
from app.model.network import StreetNetwork
from app.model.note import ArenaMeeting, ArenaNote, HeadTap, SheetPhoto
from app.model.participant import NewKey, Participant
from app.model.photo import Photo, PhotoLog
from app.model.process import NamedPlace, Process
from app.model.release import Release
from app.model.roadmap import InputEvidence, InputLog, InputTag, RoadmapInput
from app.model.staff import Staff
from app.model.thematic_plan import HearingAnswer, PlanVersion
from app.model.workshop import Ballot, Dots, Offer, WorkshopItem

__all__ = [
    "Area",
    "AreaHistory",
    "Arena",
    "ArenaLog",
    "ArenaMeeting",
    "ArenaNote",
    "Ballot",
    "Base",
    "Campaign",
    "CampaignArena",
    "CampaignTask",
    "CatalogueEntry",
    "Contribution",
    "Dots",
    "HeadTap",
    "HearingAnswer",
    "HostLink",
    "Indicator",
    "InputEvidence",
    "InputLog",
    "InputTag",
    "Measure",
    "MeasureInput",
    "MeasureLog",
    "MeasurePartner",
    "MeasurePhoto",
    "MeasureStep",
    "Measurement",
    "ModerationLog",
    "NamedPlace",
    "NewKey",
    "Offer",
    "Participant",
    "Photo",
    "PhotoLog",
    "PlanVersion",
    "Process",
    "Release",
    "RoadmapInput",
    "SheetPhoto",
    "Staff",
    "StreetNetwork",
    "WorkshopItem",
]
