"""The refusals that staff can meet, and hosts with them: code: (what happened, the next step)."""

from __future__ import annotations

from flask_babel import LazyString, lazy_gettext

_ = lazy_gettext

STAFF_PROBLEMS: dict[str, tuple[LazyString, LazyString]] = {
    "already_taken": (_("That name is taken already."), _("Choose another one.")),
    "answer_unknown": (_("We cannot find that answer."), _("Load the page again.")),
    "area_gone": (_("The area %(area)s is not there any more."), _("Compute the areas again and choose another.")),
    "areas_too_many_places": (
        _("%(found)s places lie too close together to be told apart this way."),
        _("It takes at most %(most)s. Choose “The same everywhere”, or one area for each category."),
    ),
    "area_unknown": (_("We cannot find that area."), _("Go back to the map and choose an area there.")),
    "arena_missing": (_("The row does not say where it was made."), _("Fill in the column %(field)s in the file.")),
    "arena_unknown": (_("We cannot find that class."), _("Go back to your list of classes and choose it there.")),
    "changed_by_other": (
        _("Someone else changed this while you were writing."),
        _("Your words are kept below. Compare them and save once more."),
    ),
    "column_missing": (
        _("The file %(file)s lacks the column %(column)s."),
        _("It has these: %(found)s. Write it again with that column."),
    ),
    "column_not_usable": (
        _("The file %(file)s has values in the column %(column)s that cannot be counted."),
        _("See the guide to very large counts for what each column may hold, and write the file again."),
    ),
    "column_unknown": (
        _("The mapping names a column that the file does not have: %(field)s."),
        _("The file has these columns: %(found)s. Mend the mapping."),
    ),
    "crs_missing": (
        _("The file does not say which coordinate system it uses."),
        _("Save it again with a coordinate system."),
    ),
    "crs_not_offered": (_("We do not offer that coordinate system."), _("Choose one of these: %(offered)s.")),
    "crs_other": (
        _("The file %(file)s is in %(found)s."),
        _("Save it again in longitude and latitude (WGS 84, EPSG:4326)."),
    ),
    "dask_missing": (
        _("Dask is not installed here."),
        _("Install snarvei[scale], or choose --scheduler single or processes."),
    ),
    "file_missing": (_("We cannot find the file %(file)s."), _("Check its name and folder.")),
    "file_not_shared": (
        _("The file %(file)s is not there where it was to be counted."),
        _("Put the folder where every machine of the cluster finds it under the same name."),
    ),
    "file_too_large": (_("The file %(file)s is too large."), _("Send at most %(most)s MB at a time.")),
    "file_type": (_("We cannot read that kind of file: %(file)s."), _("Use one of these: %(wanted)s.")),
    "file_unreadable": (
        _("The file %(file)s cannot be read as map data."),
        _("Open it in QGIS, save it again and try once more."),
    ),
    "folder_not_empty": (_("There is something in %(file)s already."), _("Choose a new folder.")),
    "grade_out_of_range": (_("That grade does not exist."), _("Choose a grade from %(low)s to %(high)s.")),
    "campaign_unknown": (_("We cannot find that solution hunt."), _("Go back to the list and choose it there.")),
    "day_unreadable": (_("%(given)s is not a day."), _("Choose the day in the field %(field)s.")),
    "period_backwards": (_("The last day comes before the first."), _("Choose the days anew.")),
    "indicator_unknown": (_("We cannot find that figure."), _("Load the page again.")),
    "input_decided": (
        _("%(given)s is decided already."),
        _("Take it off the list, or set it back to “being looked at” first."),
    ),
    "input_not_on_table": (_("%(given)s is not on the table."), _("Load the page again and give your dots anew.")),
    "input_unknown": (_("We cannot find that input."), _("Go back to the roadmap and choose it there.")),
    "layer_missing": (_("The file has no layer %(layer)s."), _("It has these: %(found)s. Mend the mapping.")),
    "layer_unclear": (
        _("We cannot tell which layer of %(file)s to read."),
        _("It has these: %(found)s. Name one in the mapping."),
    ),
    "link_not_valid": (
        _("This link does not work any more."),
        _("Ask the person in the municipality who sent it for a new one."),
    ),
    "mapping_incomplete": (_("The mapping lacks %(field)s."), _("See the guide to importing for an example.")),
    "mapping_missing": (_("No mapping fits the file %(file)s."), _("Write one, and name it with --mapping.")),
    "mapping_unreadable": (_("The mapping cannot be read."), _("Mend this and try again: %(reason)s")),
    "marks_missing": (
        _("We see only %(found)s of the four black squares."),
        _("Take a new photo of the whole sheet, flat and in good light, with all four squares in the picture."),
    ),
    "measure_unknown": (_("We cannot find that measure."), _("Go back to the list of measures and choose it there.")),
    "measure_without_inputs": (
        _("A measure answers at least one input."),
        _("Choose an input of the roadmap it is meant for."),
    ),
    "method_unknown": (_("We do not know that method."), _("Choose one of these: %(offered)s.")),
    "minimum_out_of_range": (
        _("The smallest group must be between %(low)s and %(high)s people."),
        _("Choose a number between them."),
    ),
    "municipality_not_usable": (_("A municipality number has four digits."), _("Write four digits.")),
    "number_out_of_range": (
        _("That number cannot be right: %(field)s."),
        _("Write a whole number from %(low)s to %(high)s."),
    ),
    "number_unreadable": (_("%(given)s is not a number."), _("Write it with digits, for instance 12,5.")),
    "offer_unknown": (_("We cannot find that offer."), _("Load the page again.")),
    "network_empty": (
        _("The file %(file)s has no streets in the area."),
        _("Check the layer, the chosen rows and the coordinate system."),
    ),
    "network_missing": (
        _("There is no street network here yet."),
        _("Ask whoever runs the service to bring one in: snarvei network import %(process)s FILE"),
    ),
    "network_too_large": (
        _("The street network is too large: %(edges)s pieces."),
        _("Take at most %(most)s: choose rows with --where, or a smaller area."),
    ),
    "one_layer_a_file": (_("A GeoJSON file holds one layer."), _("Choose one of these: %(offered)s.")),
    "participant_unknown": (_("Nobody here has that name."), _("Check the name, for instance blue.fox.7.")),
    "partition_twice": (
        _("The files %(file)s and %(other)s are the same part, so people would count twice."),
        _("Take one of them away."),
    ),
    "partitions_missing": (
        _("%(count)s parts are missing in %(file)s, so the figures would be too low."),
        _("Copy the whole folder again. These are missing: %(found)s."),
    ),
    "partitions_none": (_("There are no GeoParquet files in %(file)s."), _("Choose a folder with .parquet files.")),
    "partitions_unmarked": (
        _("Nothing in %(file)s says that each person is in one file only; people could count twice."),
        _("Sort the files by person first: snarvei partition --files FOLDER --out NEW_FOLDER."),
    ),
    "password_too_short": (_("The password is too short."), _("Use at least %(least)s signs.")),
    "person_elsewhere": (
        _("The file %(file)s has people that belong in another part, so they could count twice."),
        _("Sort the files by person again: snarvei partition --files FOLDER --out NEW_FOLDER."),
    ),
    "picture_cut_short": (_("The picture is cut short."), _("Take it or send it once more.")),
    "picture_missing": (_("There is no picture."), _("Choose a photo or a scan of the sheet.")),
    "picture_too_large": (
        _("The picture is larger than %(most)s MB."),
        _("Take it with a lower resolution, or save it as JPEG."),
    ),
    "picture_too_many_pixels": (
        _("The picture has more than %(most)s million dots."),
        _("Take it with a lower resolution."),
    ),
    "picture_too_small": (
        _("The picture is too small to see the sheet in."),
        _("Use one that is at least %(least)s dots wide; an ordinary photo is."),
    ),
    "picture_type": (_("That is not a photo or scan we can read."), _("Use one of these: %(wanted)s.")),
    "picture_unreadable": (_("The picture cannot be opened."), _("Take it anew and send it.")),
    "place_unknown": (
        _("We find nothing called %(given)s here."),
        _("Choose a name from the list, or point at the map."),
    ),
    "plan_elsewhere": (
        _("Nothing in %(file)s lies in the area this is about."),
        _("Check that it is the right file and that its coordinate system is right."),
    ),
    "plan_missing": (_("There is no plan yet."), _("Choose a file with the plan's areas.")),
    "plan_too_many": (
        _("The plan has %(found)s areas here."),
        _("Take at most %(most)s at a time: save a part of it as its own file."),
    ),
    "plan_without_area": (
        _("The file %(file)s has no areas."),
        _("Choose a file with polygons; lines and points alone cover nothing."),
    ),
    "plan_empty": (_("There is no measure yet."), _("Make a measure first, then keep a version of the plan.")),
    "plan_version_unknown": (
        _("We cannot find that version."),
        _("Go back to the list of versions and choose it there."),
    ),
    "prefix_not_usable": (
        _("The prefix must be two to six capital letters or digits."),
        _("Choose another one."),
    ),
    "process_twice": (
        _("The process %(process)s has been handed over twice: %(file)s and %(other)s."),
        _("Take the older folder away, or everybody would count twice."),
    ),
    "retention_not_over": (
        _("The date until which this may be kept has not passed."),
        _("Wait until it has, or erase participants one by one."),
    ),
    "role_unknown": (_("We do not know that role."), _("Choose one of these: %(offered)s.")),
    "row_twice": (_("The same row stands twice in the file."), _("Nothing needs to be done.")),
    "scheduler_differs": (
        _("The cluster's workers have Snarvei %(found)s, this is %(wanted)s."),
        _("Install the same version on every worker."),
    ),
    "scheduler_lost": (
        _("A worker or the cluster went away during the count, perhaps for want of memory."),
        _("Give the workers more memory, or make more and smaller parts with snarvei partition."),
    ),
    "scheduler_unreachable": (
        _("No Dask cluster with workers answers at %(address)s."),
        _("Check the address, and that scheduler and workers run."),
    ),
    "section_unknown": (
        _("That version has no such section."),
        _("Choose one of its focus areas, or the plan as a whole."),
    ),
    "sentence_missing": (
        _("A step needs its sentence: everyone will read why."),
        _("Write one sentence and try again."),
    ),
    "sheet_bent": (
        _("The sheet is bent or folded, so the drawing would land in the wrong place."),
        _("Lay it flat, perhaps under glass, and take a new photo from straight above."),
    ),
    "sheet_number_differs": (
        _("That number is not the one of the sheet in the picture."),
        _("Type the number that is printed under the map on this very sheet."),
    ),
    "sheet_number_missing": (
        _("We cannot read the square code on the sheet."),
        _("Type the sheet's number. It is printed under the map."),
    ),
    "sheet_unknown": (
        _("That sheet is not one of this process."),
        _("Check the number under the map, or trace the sheet with the link of the class it was printed for."),
    ),
    "sign_in_failed": (_("The name or the password is wrong."), _("Try again.")),
    "sign_in_needed": (_("You have to sign in first."), _("Sign in and go on.")),
    "slug_not_usable": (
        _("The short name may have small letters, digits and dashes."),
        _("Choose another one."),
    ),
    "staff_unknown": (_("We cannot find that account."), _("Check the name.")),
    "state_change_refused": (
        _("That step is not possible from where it is now."),
        _("Load the page again to see how it is."),
    ),
    "too_many_dots": (
        _("That is %(given)s dots, and you have %(most)s."),
        _("Take some away; the others are kept."),
    ),
    "too_few_people": (
        _("Too few people stand behind this to show it."),
        _("At least %(least)s are needed, so that nobody can be recognised."),
    ),
    "username_missing": (_("The name is missing."), _("Write a name of at most 80 signs.")),
    "value_not_mapped": (
        _("The mapping does not know the value %(given)s."),
        _("Add it to the mapping of the column %(field)s."),
    ),
    "zip_unsafe": (
        _("The archive %(file)s is far larger inside than outside, or holds too many files."),
        _("Send the map file itself."),
    ),
    "workshop_too_large": (_("That is too much for one table."), _("Choose at most %(most)s inputs.")),
}
