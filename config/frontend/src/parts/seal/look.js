// A look at the first and last bytes of a document on this computer: what its bidder should know before sending it.
// The same look as bids/first_look.py has on the server, with the same codes; it reads a few kB of the file, never all.

const HEAD = 1024; // bytes in which readers look for "%PDF-"
const TAIL = 2048; // bytes in which the end of a PDF is looked for
const REACH = 8192; // bytes behind the place named at the end, in which a PDF says that it is encrypted
const LOCK = /\/Encrypt\s*(?:\d+\s+\d+\s+R|<<)/;
const END = /startxref\s+(\d{1,15})\s+%%EOF/g;

const OLE = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ZIP = "PK", JPEG = "\xff\xd8\xff", PNG = "\x89PNG";
const KNOWN = [OLE, "PK\x03\x04", JPEG, PNG, "MZ", "{\\rtf"];
const OFFICE = ["docx", "xlsx", "pptx"];
const BEGINNINGS = { docx: ZIP, xlsx: ZIP, pptx: ZIP, odt: ZIP, ods: ZIP, odp: ZIP, zip: ZIP, jpg: JPEG, jpeg: JPEG, png: PNG };

/** Bytes of a file as a text of one character per byte. */
async function read(file, from, length) {
  const bytes = new Uint8Array(await file.slice(from, from + length).arrayBuffer());
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}

async function doubtsOfPdf(file, head) {
  if (!head.includes("%PDF-")) return [KNOWN.some((known) => head.startsWith(known)) ? "other_type" : "damaged"];
  const tail = await read(file, Math.max(0, file.size - TAIL), TAIL);
  const start = Number([...tail.matchAll(END)].at(-1)?.[1] ?? file.size);
  if (start >= file.size) return ["damaged"];
  const trailer = tail.lastIndexOf("trailer"); // a table of places says it behind; a stream of places in front
  const locked = (trailer >= 0 && LOCK.test(tail.slice(trailer))) || LOCK.test(await read(file, start, REACH));
  return locked ? ["encrypted"] : [];
}

/** Codes of what is doubtful: "encrypted", "damaged", "other_type"; none where the file cannot be read. */
export async function doubtsOf(file) {
  const dot = file.name.lastIndexOf(".");
  const ending = dot < 0 ? "" : file.name.slice(dot + 1).toLowerCase();
  if (!file.size) return [];
  try {
    const head = await read(file, 0, HEAD);
    if (ending === "pdf") return await doubtsOfPdf(file, head);
    if (OFFICE.includes(ending) && head.startsWith(OLE)) return ["encrypted"]; // so Office stores what has a password
    const wanted = Object.hasOwn(BEGINNINGS, ending) ? BEGINNINGS[ending] : "";
    return head.startsWith(wanted) ? [] : ["other_type"];
  } catch {
    return []; // whoever sends it is told then that it cannot be read
  }
}
