// The lines that a terminal would show of some output: colours stay, what moves on the current line
// moves, and every other control sequence (links, titles, other lines) is dropped. As `ansi.py` has
// it, but for output that comes in pieces.

const WIDEST = 4000; // characters, after which a line goes on in the next
const LONGEST = 4096; // characters of a control sequence that waits for its end
const CONTROL =
  /(?:\x1b\[|\x9b)([0-?]*)[ -/]*([@-~])|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\|(?=\x1b))|\x1b(?:[ -/]*[0-~])?|[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;
const UNFINISHED = /(?:\x9b[0-?]*[ -/]*|\x1b(?:\[[0-?]*[ -/]*|[\]PX^_][^\x07\x1b]*\x1b?|[ -/]*))$/;
const PLAIN = Object.freeze({ names: "", colour: "", ground: "" });

export class Screen {
  constructor() {
    this.style = PLAIN;
    this.reset();
  }

  // Begin a line; returns the one before, as [text, style] pairs.
  reset() {
    const line = this.chars ? this.line() : [];
    this.chars = [];
    this.styles = [];
    this.column = 0;
    this.pending = "";
    return line;
  }

  // Write text without line feeds. Stops where the line is full; returns what is left.
  write(text) {
    text = this.pending + text;
    const unfinished = UNFINISHED.exec(text);
    this.pending = unfinished && unfinished[0].length < LONGEST ? unfinished[0] : "";
    if (unfinished) text = text.slice(0, unfinished.index);
    let at = 0;
    CONTROL.lastIndex = 0;
    for (let found; (found = CONTROL.exec(text)); at = CONTROL.lastIndex) {
      const left = this.put(text.slice(at, found.index));
      if (left) return left + text.slice(found.index) + this.takePending();
      this.control(found);
    }
    const left = this.put(text.slice(at));
    return left && left + this.takePending();
  }

  takePending() {
    const pending = this.pending;
    this.pending = "";
    return pending;
  }

  put(text) {
    if (!text) return "";
    while (this.chars.length < this.column) {
      this.chars.push(" ");
      this.styles.push(PLAIN);
    }
    const chars = Array.from(text);
    const room = WIDEST - this.column;
    for (const char of chars.length > room ? chars.slice(0, room) : chars) {
      this.chars[this.column] = char;
      this.styles[this.column++] = this.style;
    }
    return chars.length > room ? chars.slice(room).join("") : "";
  }

  control([text, numbers, final]) {
    if (text === "\r") this.column = 0;
    else if (text === "\b") this.column = Math.max(0, this.column - 1);
    else if (final === "m") this.style = styled(this.style, numbers);
    else if (final === "K") this.erase(numbers || "0");
  }

  erase(what) {
    if (what === "1" || what === "2") {
      this.chars.fill(" ", 0, this.column + 1);
      this.styles.fill(PLAIN, 0, this.column + 1);
    }
    if (what === "0" || what === "2") {
      this.chars.length = this.styles.length = Math.min(this.column, this.chars.length);
    }
  }

  line() {
    const spans = [];
    for (let i = 0; i < this.chars.length; ) {
      const begin = i;
      const style = this.styles[begin];
      while (i < this.chars.length && this.styles[i] === style) i++;
      spans.push([this.chars.slice(begin, i).join(""), style]);
    }
    return spans;
  }
}

const NAMES = { 1: "bold", 2: "faint", 3: "italic", 4: "underline", 7: "inverse", 9: "struck" };
const ENDS = { 22: ["bold", "faint"], 23: ["italic"], 24: ["underline"], 27: ["inverse"], 29: ["struck"] };

// Return the style after `ESC [ numbers m`.
function styled(style, numbers) {
  const names = new Set(style.names.split(" ").filter(Boolean));
  let { colour, ground } = style;
  const codes = numbers.split(/[;:]/).map(Number);
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i];
    if (code === 0) {
      names.clear();
      colour = ground = "";
    } else if (NAMES[code]) names.add(NAMES[code]);
    else if (ENDS[code]) ENDS[code].forEach((name) => names.delete(name));
    else if (code === 38 || code === 48) {
      const [value, used] = extended(codes.slice(i + 1));
      if (code === 38) colour = value.startsWith("rgb") ? `color-mix(in srgb, ${value} 42%, var(--ink))` : value;
      else ground = value;
      i += used;
    } else if (code === 39) colour = "";
    else if (code === 49) ground = "";
    else if (code >= 30 && code <= 37) colour = named(code - 30);
    else if (code >= 90 && code <= 97) colour = named(code - 82);
    else if (code >= 40 && code <= 47) ground = named(code - 40);
    else if (code >= 100 && code <= 107) ground = named(code - 92);
  }
  if (!names.size && !colour && !ground) return PLAIN;
  return { names: [...names].join(" "), colour, ground };
}

function named(index) {
  return `var(--spry-ansi-${index})`;
}

// The colour that stands behind 38 or 48, and how many numbers it takes.
function extended([kind, ...rest]) {
  const level = (n) => Math.min(255, Math.max(0, n || 0));
  if (kind === 2) return [`rgb(${rest.slice(0, 3).map(level).join(",")})`, 4];
  if (kind !== 5) return ["", 0];
  const index = level(rest[0]);
  if (index < 16) return [named(index), 2];
  if (index > 231) return [`rgb(${Array(3).fill(8 + 10 * (index - 232)).join(",")})`, 2];
  const cube = [36, 6, 1].map((step) => Math.floor((index - 16) / step) % 6);
  return [`rgb(${cube.map((n) => (n ? 55 + 40 * n : 0)).join(",")})`, 2];
}
