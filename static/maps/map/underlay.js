// A picture that lies under what is drawn and over the base map: the photo of a sheet.

import * as L from "leaflet";

const PANE = "underlay";

export class Underlay {
  constructor(map, label) {
    this.map = map;
    this.label = label;
    map.createPane(PANE).style.zIndex = 350;
    map.getPane(PANE).style.pointerEvents = "none";
  }

  /** `bounds` are west, south, east, north. The map moves to it and leaves its names to the picture's own. */
  show(address, [west, south, east, north], strength) {
    this.layer?.remove();
    const box = [[south, west], [north, east]];
    const options = { pane: PANE, opacity: strength, interactive: false, alt: this.label };
    this.layer = L.imageOverlay(address, box, options).addTo(this.map);
    this.map.getContainer().classList.add("has-underlay");
    this.map.fitBounds(box, { animate: false });
  }

  strengthen(strength) {
    this.layer?.setOpacity(strength);
  }
}
