// Where the page's map, declared by the server, is handed to the page's script.

let give;
const handed = new Promise((resolve) => {
  give = resolve;
});

/** Called by the script the server wrote: the Leaflet map it made. */
export function publish(map) {
  give(map);
}

/** The page's Leaflet map. */
export function pageMap() {
  return handed;
}
