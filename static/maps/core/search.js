// Search in names: case, accents and æ/ø/å do not matter, beginnings of words count, a slip of the finger is forgiven.
// House numbers are left out of what is searched, so that nobody finds a home.

const MANY = 24;
const FEW = 3;
const BEGINS = 0;
const WITHIN = 2;
const SLIP = 3;
const LONGEST = 100;
const ROWS = [new Uint8Array(LONGEST), new Uint8Array(LONGEST), new Uint8Array(LONGEST)];

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
    let scores = this.#scores(asked, false);
    if (scores.size < FEW) scores = this.#scores(asked, true);
    const ranked = [...scores].sort((a, b) => a[1] - b[1] || this.#length(a[0]) - this.#length(b[0]) || a[0] - b[0]);
    return { found: ranked.slice(0, most).map(([number]) => this.entries[number]), count: ranked.length };
  }

  #length(number) {
    return this.entries[number].name.length;
  }

  #asked(text) {
    const tokens = folded(text).split(" ").filter(Boolean);
    const house = (token) => token !== undefined && /^\d+\p{L}?$/u.test(token) && !this.#words.has(token);
    return tokens.filter((token, i) => !house(token) && !(token.length === 1 && house(tokens[i - 1])));
  }

  #scores(asked, forgiving) {
    return asked.map((token) => this.#fitting(token, forgiving)).reduce((earlier, scores) => both(earlier, scores));
  }

  /** Entry numbers with a word that fits the token, and how well (less is better). */
  #fitting(token, forgiving) {
    const scores = new Map();
    const slips = !forgiving || token.length < 4 ? 0 : token.length < 8 ? 1 : 2;
    for (const [word, numbers] of this.#words) {
      const score = fit(token, word, slips);
      if (score === null) continue;
      for (const number of numbers) scores.set(number, Math.min(score, scores.get(number) ?? Infinity));
    }
    return scores;
  }
}

function both(earlier, scores) {
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

/** Whether the first letters leave hope: with `most` slips, one of the first few must still be in its neighbourhood. */
function alike(token, word, most) {
  for (let i = 0; i <= most; i += 1) {
    for (let j = 0; j <= most; j += 1) if (token[i] === word[j]) return true;
  }
  return false;
}

/** Slips (a letter wrong, missing, too many, or two swapped) between `token` and the best beginning of `word`; null if
 *  more than `most`. Only the band of the table that can stay within `most` is filled. */
export function slipped(token, word, most) {
  if (!alike(token, word, most)) return null;
  const far = most + 1;
  const width = Math.min(word.length, token.length + most, LONGEST - 1);
  let [older, earlier, row] = ROWS;
  for (let j = 0; j <= width; j += 1) earlier[j] = Math.min(j, far);
  for (let i = 1; i <= token.length; i += 1) {
    row.fill(far, 0, width + 1);
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
    [older, earlier, row] = [earlier, row, older];
  }
  let best = far;
  for (let j = 0; j <= width; j += 1) best = Math.min(best, earlier[j]);
  return best > most ? null : best;
}
