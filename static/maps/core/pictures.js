// What a chosen file is, by its first bytes and not by its name; and what to do when it cannot be used.

import { t } from "./texts.js";

export const LONGEST_SIDE = 1600;
const MOST_BYTES = 40_000_000;
const READABLE = ["jpeg", "png", "webp"];

/** "jpeg", "png", "webp", "gif", "heic" or "unknown". */
export function kindOf(bytes) {
  const text = String.fromCharCode(...bytes.slice(0, 12));
  if (text.startsWith("\xff\xd8\xff")) return "jpeg";
  if (text.startsWith("\x89PNG")) return "png";
  if (text.startsWith("RIFF") && text.slice(8) === "WEBP") return "webp";
  if (text.startsWith("GIF8")) return "gif";
  if (text.slice(4, 8) === "ftyp") return "heic";
  return "unknown";
}

/** Why a file is not taken, in words with the next step; null if it may be a photo. */
export async function refusalOf(file) {
  if (file.size === 0) return t("There is nothing in {name}. Choose another photo.", { name: file.name });
  if (file.size > MOST_BYTES) {
    return t("{name} is too large: at most {most} MB. Choose a smaller one or take a new photo.", {
      name: file.name,
      most: MOST_BYTES / 1_000_000,
    });
  }
  const kind = kindOf(new Uint8Array(await file.slice(0, 12).arrayBuffer()));
  if (kind === "heic") {
    return t("{name} is in a format this browser cannot read. Take a screenshot of it and choose that.", {
      name: file.name,
    });
  }
  if (kind === "gif") return t("{name} is a moving picture. Choose a photo that stands still.", { name: file.name });
  if (!READABLE.includes(kind)) {
    return t("{name} is not a photo. Choose a JPEG, PNG or WebP.", { name: file.name });
  }
  return null;
}

/** Width and height within the longest side, the shape kept. */
export function fitted(width, height) {
  const scale = Math.min(1, LONGEST_SIDE / Math.max(width, height));
  return [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
}
