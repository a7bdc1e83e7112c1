// Pass sentences, proposed and checked on this computer: the same words and rules as bids.sealing.pass_sentence.
import vocabularies from "../../../../../bids/sealing/words.json";

const WORDS = 6, LEAST_LETTERS = 24;

/** A random index below `limit`, every one equally likely. */
function pick(limit) {
  const most = Math.floor(2 ** 32 / limit) * limit;
  const draw = new Uint32Array(1);
  do crypto.getRandomValues(draw); while (draw[0] >= most);
  return draw[0] % limit;
}

/** Six different random words, German for "de…", else English; at least 75 bits. */
export function proposeSentence(language) {
  const vocabulary = vocabularies[language.startsWith("de") ? "de" : "en"];
  const [first, second] = ["first", "second"].map((part) => vocabulary[part].join(" ").split(/\s+/));
  const word = () => first[pick(first.length)] + vocabulary.joiner + second[pick(second.length)];
  const drawn = new Set(); // a word drawn twice would be refused by our own rule
  while (drawn.size < WORDS) drawn.add(word());
  return [...drawn].join(" ");
}

/** Unicode normal form C, single spaces. */
export const normalized = (sentence) => sentence.normalize("NFC").trim().split(/\s+/).join(" ");

/** Whether it has six different words and 24 letters; a rough net, as on the server. */
export function isStrong(sentence) {
  const text = normalized(sentence);
  const words = new Set(text.split(" ").filter((word) => [...word].length > 1).map((word) => word.toLowerCase()));
  return words.size >= WORDS && (text.match(/\p{L}/gu) ?? []).length >= LEAST_LETTERS;
}
