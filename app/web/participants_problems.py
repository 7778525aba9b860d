"""The refusals that participants can meet, in all their languages: code: (what happened, the next step)."""

from __future__ import annotations

from flask_babel import LazyString, lazy_gettext

_ = lazy_gettext

PARTICIPANTS_PROBLEMS: dict[str, tuple[LazyString, LazyString]] = {
    "area_not_simple": (_("The outline crosses itself or is empty."), _("Draw it again without crossing lines.")),
    "area_too_large": (_("The area is too large."), _("Draw at most %(most_km2)s square kilometres at a time.")),
    "area_too_small": (
        _("The area is too small or too narrow."),
        _("Draw at least %(least_m2)s square metres, or mark it as a place."),
    ),
    "arena_closed": (
        _("The class is closed now."),
        _("What you made is still on this device. Ask your teacher to open the class again."),
    ),
    "arena_full": (_("There is no room for more in this class."), _("Ask your teacher to open one more class.")),
    "arena_paused": (
        _("Your teacher has paused the class."),
        _("What you made is kept on this device and is sent when the class goes on."),
    ),
    "axes_swapped": (
        _("The coordinates seem to be swapped."),
        _("GeoJSON has longitude first, then latitude. Swap them and send again."),
    ),
    "body_too_large": (_("That was too much at once."), _("Send at most %(most)s kB. Shorten the text or the line.")),
    "code_unknown": (_("We cannot find that code."), _("Look at the board and type the six signs again.")),
    "contribution_awaited": (
        _("The drawing this belongs to has not arrived yet."),
        _("Wait a moment. It is sent again by itself."),
    ),
    "contribution_unknown": (_("We cannot find that drawing."), _("Load the page again.")),
    "crs_not_wgs84": (
        _("The coordinates are not longitude and latitude."),
        _("Send them in WGS 84 (EPSG:4326), longitude first."),
    ),
    "field_missing": (_("Something is missing: %(field)s."), _("Fill it in and send again.")),
    "field_unknown": (_("We do not know the field %(field)s."), _("Take it out and send again.")),
    "form_expired": (
        _("The page had been open for too long."),
        _("Load the page again. What you sent was not stored."),
    ),
    "geometry_empty": (_("There is nothing drawn."), _("Draw on the map and send again.")),
    "geometry_missing": (_("The drawing is missing."), _("Draw on the map and send again.")),
    "geometry_type": (_("That shape cannot be used here: %(given)s."), _("Use one of these: %(wanted)s.")),
    "groups_not_here": (
        _("In this class each one joins alone."),
        _("Join without a number of children."),
    ),
    "head_count_missing": (
        _("We need to know how many children you are."),
        _("Write a number from 1 to %(most)s."),
    ),
    "head_count_out_of_range": (
        _("That number of children cannot be right."),
        _("Write a number from %(low)s to %(high)s."),
    ),
    "hidden_by_staff": (
        _("The municipality has hidden this."),
        _("Ask the municipality if it should be shown again."),
    ),
    "internal": (
        _("Something went wrong on our side."),
        _("What you made is kept. Try again in a moment."),
    ),
    "line_too_short": (_("The line has only one point."), _("Draw the line a little longer.")),
    "method_not_allowed": (_("That cannot be done with this address."), _("Go back and try another way.")),
    "network_unknown": (_("We cannot find that street network."), _("Load the page again.")),
    "not_json": (_("What came cannot be read."), _("Send a GeoJSON Feature.")),
    "not_numbers": (_("Some coordinates are not numbers."), _("Draw it again and send.")),
    "not_text": (_("The text cannot be read."), _("Write it again and send.")),
    "not_yours": (_("Someone else made this."), _("You can change only what you made yourself.")),
    "nothing_published": (
        _("Nothing has been published from this process yet."),
        _("Come back when the municipality has published its first map."),
    ),
    "outside_area": (
        _("Some of it is outside the area this is about."),
        _("Draw inside the border you see on the map."),
    ),
    "page_unknown": (_("There is no page here."), _("Check the address, or start from the front page.")),
    "photo_animated": (_("The picture moves."), _("Choose a photo that stands still.")),
    "photo_empty": (_("There is nothing in the file."), _("Choose another photo.")),
    "photo_heic": (
        _("We cannot read photos in the format HEIC."),
        _("Choose it again and let the phone turn it into JPEG, or take a screenshot of it and choose that."),
    ),
    "photo_too_large": (_("The photo is too large."), _("Choose one of at most %(most)s MB.")),
    "photo_too_many_pixels": (
        _("The photo has too many pixels."),
        _("Choose one of at most %(most)s million pixels."),
    ),
    "photo_type": (_("That file is not a photo we can read."), _("Choose one of these kinds: %(wanted)s.")),
    "photo_unknown": (_("We cannot find that photo."), _("Load the page again.")),
    "photo_unreadable": (
        _("The photo is damaged and cannot be read."),
        _("Take it again or choose another one."),
    ),
    "photos_not_allowed": (_("Photos cannot be added here."), _("Describe it in words instead.")),
    "photos_too_many": (_("There is room for %(most)s photos."), _("Delete one to make room for another.")),
    "practice_over": (
        _("The practice is over. Now you begin for real."),
        _("Type the class code again."),
    ),
    "process_closed": (
        _("This process does not take anything now."),
        _("What you made is still on this device. Ask the one who invited you."),
    ),
    "process_unknown": (_("We cannot find that process."), _("Check the address or sign in again.")),
    "route_too_long": (
        _("The route is longer than anyone walks."),
        _("Draw a route of at most %(most_km)s kilometres."),
    ),
    "store_unavailable": (
        _("We cannot reach our memory right now."),
        _("What you made is kept on this device and is sent again by itself."),
    ),
    "stretches_not_usable": (
        _("We cannot tell where one changed how to travel."),
        _("Send at most %(most)s changes in order, each from a fraction between 0 and 1."),
    ),
    "text_too_long": (_("The text is too long: %(field)s."), _("Write at most %(most)s signs.")),
    "tile_unknown": (_("There is no such map tile."), _("Check the address.")),
    "token_expired": (
        _("Your time with this code is over."),
        _("Type the class code again to go on. Ask your teacher if it does not work."),
    ),
    "token_missing": (_("Your key is missing."), _("Type the class code again.")),
    "token_unknown": (_("Your key does not fit."), _("Type the class code again.")),
    "too_many_points": (_("The drawing has too many points."), _("Draw at most %(most)s points at a time.")),
    "too_many_requests": (_("That was many tries in a short time."), _("Wait a minute and try again.")),
    "value_unknown": (_("We do not know that value: %(field)s."), _("Choose one of these: %(offered)s.")),
}
