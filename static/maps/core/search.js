// Search in names: case, accents and æ/ø/å do not matter, beginnings of words count, a slip of the finger is forgiven.
// House numbers are left out of what is searched, so that nobody finds a home.

const MANY = 24;
const BEGINS = 0;
const WITHIN = 2;
const SLIP = 3;

/** A name as it is compared: "Bjørkeveien" and "bjorkevein" come close. */
export function folded(text) {
  return text
    .toLowerCase()
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .replace(/æ|ae/g, "a")
    .replace(/ø|oe/g, "o")
    .replace(/aa/g, "a")
    .replace(/đ|ð/g, "d")
    .replace(/ŋ/g, "n")
    .replace(/ŧ|þ/g, "t")
    .replace(/ß/g, "ss")
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}

export class Search {
  #words = new Map();

  /** Over entries with a `name` (gazetteer.js); they stay in their order where they match equally well. */
  constructor(entries) {
    this.entries = entries;
    entries.forEach((entry, number) => {
      for (const word of new Set(folded(entry.name).split(" "))) {
        const having = this.#words.get(word);
        if (having) having.push(number);
        else this.#words.set(word, [number]);
      }
    });
  }

  /** The entries that fit, best first, and how many there are: {found, count}. Nothing asked: the first ones. */
  find(text, most = MANY) {
    const asked = this.#asked(text);
    if (asked.length === 0) return { found: this.entries.slice(0, most), count: this.entries.length };
    let scores = null;
    for (const token of asked) scores = both(scores, this.#fitting(token));
    const ranked = [...scores].sort((a, b) => a[1] - b[1] || this.#length(a[0]) - this.#length(b[0]) || a[0] - b[0]);
    return { found: ranked.slice(0, most).map(([number]) => this.entries[number]), count: ranked.length };
  }

  #length(number) {
    return this.entries[number].name.length;
  }

  #asked(text) {
    const tokens = folded(text).split(" ").filter(Boolean);
    return tokens.filter((token) => !/^\d+\p{L}?$/u.test(token) || this.#words.has(token));
  }

  /** Entry numbers with a word that fits the token, and how well (less is better). */
  #fitting(token) {
    const scores = new Map();
    const slips = token.length >= 8 ? 2 : token.length >= 4 ? 1 : 0;
    for (const [word, numbers] of this.#words) {
      const score = fit(token, word, slips);
      if (score === null) continue;
      for (const number of numbers) scores.set(number, Math.min(score, scores.get(number) ?? Infinity));
    }
    return scores;
  }
}

function both(earlier, scores) {
  if (earlier === null) return scores;
  const shared = new Map();
  for (const [number, score] of scores) if (earlier.has(number)) shared.set(number, score + earlier.get(number));
  return shared;
}

function fit(token, word, slips) {
  if (word.startsWith(token)) return word === token ? BEGINS : BEGINS + 1;
  if (token.length >= 3 && word.includes(token)) return WITHIN;
  if (slips === 0 || word.length < token.length - slips) return null;
  const found = slipped(token, word, slips);
  return found === null ? null : SLIP + found;
}

/** Slips (a letter wrong, missing, too many, or two swapped) between `token` and the best beginning of `word`; null if
 *  more than `most`. Only the band of the table that can stay within `most` is filled. */
export function slipped(token, word, most) {
  const far = most + 1;
  const width = Math.min(word.length, token.length + most);
  let [older, earlier] = [null, Array.from({ length: width + 1 }, (_, j) => Math.min(j, far))];
  for (let i = 1; i <= token.length; i += 1) {
    const row = new Array(width + 1).fill(far);
    if (i <= most) row[0] = i;
    let least = row[0];
    for (let j = Math.max(1, i - most); j <= Math.min(width, i + most); j += 1) {
      const same = token[i - 1] === word[j - 1];
      row[j] = Math.min(earlier[j - 1] + (same ? 0 : 1), earlier[j] + 1, row[j - 1] + 1);
      const swapped = i > 1 && j > 1 && token[i - 1] === word[j - 2] && token[i - 2] === word[j - 1];
      if (swapped) row[j] = Math.min(row[j], older[j - 2] + 1);
      least = Math.min(least, row[j]);
    }
    if (least > most) return null;
    [older, earlier] = [earlier, row];
  }
  const best = Math.min(...earlier);
  return best > most ? null : best;
}
