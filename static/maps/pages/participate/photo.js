// Photos beside a thing: chosen or taken, drawn anew on this device so that only the picture is left, sent by itself.

import { fitted, refusalOf } from "../../core/pictures.js";
import { t } from "../../core/texts.js";
import { element, find, findAll } from "../dom.js";

const QUALITY = 0.85;

export class PhotoPanel {
  constructor(page) {
    this.page = page;
    this.item = null;
    this.wrong = [];
    this.chosen = 0;
    this.done = Promise.resolve();
    this.addresses = new Map();
    for (const input of findAll("[data-photo]")) input.addEventListener("change", () => this.#chosen(input));
    page.photos.listen(() => this.#show());
  }

  /** Show the photos beside this thing. */
  open(item) {
    this.item = item;
    this.#complain(item, []);
    this.#show();
  }

  /** One choice after the other, however fast they come: what was said of the first stays until the last is done. */
  async #chosen(input) {
    const { item, done } = this;
    const files = [...input.files];
    input.value = "";
    if (this.chosen === 0) this.#complain(item, []);
    this.chosen += 1;
    let over;
    this.done = new Promise((resolve) => (over = resolve));
    try {
      await done;
      await this.#take(item, files);
    } finally {
      this.chosen -= 1;
      over();
    }
  }

  async #take(item, files) {
    const most = this.page.data.residents.photos;
    const wrong = [];
    for (const file of files) {
      if (this.#present(item).length >= most) {
        wrong.push(t("There is room for {n} photos here. Delete one to make room for another.", { n: most }));
        break;
      }
      const refusal = (await refusalOf(file)) ?? (await this.#add(item, file));
      if (refusal) wrong.push(refusal);
    }
    if (wrong.length > 0) this.#complain(item, [...this.wrong, ...wrong]);
  }

  /** Why it could not be read, or null when it is kept. */
  async #add(item, file) {
    try {
      await this.page.photos.add(item, await drawnAnew(file));
      return null;
    } catch {
      return t("{name} is damaged and cannot be read. Take it again or choose another one.", { name: file.name });
    }
  }

  #present(item) {
    return this.page.photos.of(item).filter((photo) => !photo.deleted);
  }

  /** Said beside the thing it is about, and nowhere else. */
  #complain(item, wrong) {
    if (item !== this.item) return;
    this.wrong = wrong;
    const line = find("#photo-trouble");
    find("span", line).textContent = wrong.join(" ");
    line.hidden = wrong.length === 0;
    if (wrong.length > 0) line.scrollIntoView({ block: "nearest" });
  }

  #show() {
    if (this.item === null) return;
    const focused = document.activeElement?.dataset?.change;
    find("#photo-list").replaceChildren(...this.page.photos.of(this.item).map((photo, i) => this.#row(photo, i + 1)));
    if (focused) find(`[data-change="${focused}"]`)?.focus();
  }

  #row(photo, number) {
    const { photos } = this.page;
    const words = photo.deleted ? t("Photo {n} is deleted.", { n: number }) : t("Photo {n}", { n: number });
    const change = element(
      "button",
      { type: "button", class: "button quiet", "data-change": photo.id },
      photo.deleted ? t("Put it back") : t("Delete photo {n}", { n: number }),
    );
    change.addEventListener("click", () => photos.change(photo.id, { deleted: !photo.deleted }));
    const picture = photo.deleted ? null : element("img", { src: this.#address(photo), alt: words });
    const state = photo.deleted ? words : stateOf(photo);
    return element(
      "li",
      { "data-state": photo.state },
      picture,
      element("span", { class: "item-state", "data-state": photo.state }, state),
      change,
    );
  }

  #address({ id, blob }) {
    if (!this.addresses.has(id)) this.addresses.set(id, URL.createObjectURL(blob));
    return this.addresses.get(id);
  }
}

function stateOf(photo) {
  if (photo.state === "received") return t("Received ✓ Nobody sees it before the municipality has released it.");
  if (photo.state === "sending") return t("Sending …");
  if (photo.state === "refused") return `${photo.problem.title} ${photo.problem.step} (${photo.problem.code})`;
  return t("On this device, not sent yet");
}

/** The picture as a new JPEG: turned as it was held, at most so large, and nothing else of the file. */
async function drawnAnew(file) {
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  const [width, height] = fitted(bitmap.width, bitmap.height);
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width, height });
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, width, height);
  pen.imageSmoothingQuality = "high";
  pen.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
  if (!blob) throw new Error("no picture");
  return { blob, width, height };
}
