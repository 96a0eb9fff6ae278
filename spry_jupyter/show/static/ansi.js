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

const NAMES = { 1: "bold", 2: "faint", 3: "italic", 4: "underline", 7: "inverse", 9: "struck", 21: "underline" };
const ENDS = { 22: ["bold", "faint"], 23: ["italic"], 24: ["underline"], 27: ["inverse"], 29: ["struck"] };

// Return the style after `ESC [ numbers m`; with a private mark it is another sequence. As `sgr.py` has it.
function styled(style, numbers) {
  if (/[<-?]/.test(numbers)) return style;
  const names = new Set(style.names.split(" ").filter(Boolean));
  let { colour, ground } = style;
  const words = numbers.split(";").map((word) => word.split(":").map(Number));
  for (let i = 0; i < words.length; i++) {
    const [code, ...inner] = words[i];
    if (code === 0) {
      names.clear();
      colour = ground = "";
    } else if (code === 4 && inner.length === 1 && inner[0] === 0) names.delete("underline");
    else if (NAMES[code]) names.add(NAMES[code]);
    else if (ENDS[code]) ENDS[code].forEach((name) => names.delete(name));
    else if (code === 38 || code === 48) {
      const behind = words.slice(i + 1).map(([number]) => number);
      const [value, used] = inner.length ? extended(withoutSpace(inner)) : extended(behind);
      if (value && code === 38) colour = value;
      else if (value) ground = value;
      if (!inner.length) i += used;
    } else if (code === 39) colour = "";
    else if (code === 49) ground = "";
    else if (code >= 30 && code <= 37) colour = `${code - 30}`;
    else if (code >= 90 && code <= 97) colour = `${code - 82}`;
    else if (code >= 40 && code <= 47) ground = `${code - 40}`;
    else if (code >= 100 && code <= 107) ground = `${code - 92}`;
  }
  if (!names.size && !colour && !ground) return PLAIN;
  return { names: [...names].join(" "), colour, ground };
}

// With colons a colour space may stand before red, green and blue.
function withoutSpace([kind, ...rest]) {
  return kind === 2 && rest.length > 3 ? [kind, ...rest.slice(1)] : [kind, ...rest];
}

// The colour that stands behind 38 or 48, as a number below 16 or `r,g,b`, and how many numbers it takes.
function extended([kind, ...rest]) {
  const known = (count) => rest.length >= count && rest.slice(0, count).every((n) => n <= 255);
  if (kind === 2) return [known(3) ? rest.slice(0, 3).join(",") : "", 4];
  if (kind !== 5) return ["", 0];
  if (!known(1)) return ["", 2];
  const index = rest[0];
  if (index < 16) return [`${index}`, 2];
  if (index > 231) return [Array(3).fill(8 + 10 * (index - 232)).join(","), 2];
  const cube = [36, 6, 1].map((step) => Math.floor((index - 16) / step) % 6);
  return [cube.map((n) => (n ? 55 + 40 * n : 0)).join(","), 2];
}

// Colours 0 to 15 where they meet on a ground, whatever the theme: as `colours.py` has them.
const BASIC = [
  ...["0,0,0", "205,49,49", "13,160,90", "190,140,0", "36,114,200", "188,63,188", "17,150,185", "229,229,229"],
  ...["118,118,118", "241,76,76", "35,190,110", "215,165,20", "59,142,234", "214,112,214", "41,184,219", "255,255,255"],
];
const READABLE = 3; // contrast from which a text on a ground of its own is left as it is

// The colours of a style as CSS has them: [of the text, of the ground], empty for the page's own. On a
// ground of its own a text is black or white where its colour could not be read.
export function coloursOf({ names, colour, ground }) {
  if (names.split(" ").includes("inverse")) [colour, ground] = [ground, colour || "118,118,118"];
  if (ground) {
    const [text, behind] = [colour && fixed(colour), fixed(ground)];
    if (text && contrast(text, behind) >= READABLE) return [`rgb(${text})`, `rgb(${behind})`];
    const best = contrast("0,0,0", behind) >= contrast("255,255,255", behind) ? "0,0,0" : "255,255,255";
    return [`rgb(${best})`, `rgb(${behind})`];
  }
  if (!colour) return ["", ""];
  return [colour.includes(",") ? `color-mix(in srgb, rgb(${colour}) 42%, var(--ink))` : `var(--spry-ansi-${colour})`, ""];
}

function fixed(colour) {
  return BASIC[colour] ?? colour;
}

// The contrast of two colours, from 1 to 21, as WCAG 2 defines it.
function contrast(one, other) {
  const [dark, light] = [one, other].map(luminance).sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour) {
  const [red, green, blue] = colour.split(",").map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
