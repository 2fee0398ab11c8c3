const esc = "\u001b";

/** Keys whose sequences carry modifiers: `ESC[A` becomes `ESC[1;5A`, `ESC[5~` becomes `ESC[5;5~`. */
const cursorKeys = named({
  up: `${esc}[A`,
  down: `${esc}[B`,
  right: `${esc}[C`,
  left: `${esc}[D`,
  home: `${esc}[1~`,
  end: `${esc}[4~`,
  "insert ic": `${esc}[2~`,
  "delete del dc": `${esc}[3~`,
  "pageup pgup ppage": `${esc}[5~`,
  "pagedown pgdn npage": `${esc}[6~`,
});

const functionKeyNumbers = [15, 17, 18, 19, 20, 21, 23, 24];

const otherKeys = named({
  "enter return": "\r",
  tab: "\t",
  "escape esc": esc,
  space: " ",
  "bspace backspace": "\u007f",
  btab: `${esc}[Z`,
  ...Object.fromEntries([..."PQRS"].map((letter, index) => [`f${index + 1}`, `${esc}O${letter}`])),
  ...Object.fromEntries(functionKeyNumbers.map((code, index) => [`f${index + 5}`, `${esc}[${code}~`])),
  ...Object.fromEntries([..."pqrstuvwxy"].map((letter, digit) => [`kp${digit}`, `${esc}O${letter}`])),
  "kp.": `${esc}On`,
  "kp/": `${esc}Oo`,
  "kp*": `${esc}Oj`,
  "kp-": `${esc}Om`,
  "kp+": `${esc}Ok`,
  kpenter: `${esc}OM`,
});

export interface KeyRequest {
  /** Text sent as it is. */
  literal?: string;
  /** Bytes in hexadecimal, `0x` or not. */
  hex?: readonly string[];
  /** Key tokens such as `C-c`, `S-Tab`, `F5`, `^d` or a single character. */
  keys?: readonly string[];
}

export interface EncodedKeys {
  bytes: Buffer;
  /** What was not understood, for the model. */
  warnings: string[];
}

/** The bytes a terminal sends for text, raw bytes and keys, in this order (xterm's sequences, tmux's names). */
export function encodeKeys(request: KeyRequest): EncodedKeys {
  const warnings: string[] = [];
  const pieces = [
    Buffer.from(request.literal ?? ""),
    ...(request.hex ?? []).map((text) => hexByte(text, warnings)),
    ...(request.keys ?? []).map((token) => Buffer.from(keySequence(token, warnings))),
  ];
  return { bytes: Buffer.concat(pieces), warnings };
}

/** Text as a terminal pastes it. The end mark is taken out of the text itself, which must not end the paste. */
export function encodePaste(text: string, bracketed: boolean): Buffer {
  if (!bracketed) return Buffer.from(text);
  const [begin, end] = [`${esc}[200~`, `${esc}[201~`];
  let inner = text;
  // Taking one out can put another together.
  while (inner.includes(end)) inner = inner.replaceAll(end, "");
  return Buffer.from(begin + inner + end);
}

function hexByte(text: string, warnings: string[]): Buffer {
  const digits = /^\s*(?:0x)?([0-9a-f]{1,2})\s*$/i.exec(text)?.[1];
  if (digits !== undefined) return Buffer.from([Number.parseInt(digits, 16)]);
  warnings.push(`Invalid hex byte: ${text}`);
  return Buffer.alloc(0);
}

interface Modifiers {
  shift: boolean;
  alt: boolean;
  ctrl: boolean;
}

function keySequence(given: string, warnings: string[]): string {
  const token = given.length > 1 ? given.trim() : given;
  if (token.length === 2 && token.startsWith("^")) {
    const control = controlCharacter(token.slice(1));
    if (control !== undefined) return control;
  }
  const { modifiers, base } = readModifiers(token);
  const name = base.toLowerCase();
  const cursor = cursorKeys.get(name);
  if (cursor !== undefined) return withXtermModifiers(cursor, modifiers);
  if (name === "tab" && modifiers.shift) return `${esc}[Z`;
  const other = otherKeys.get(name);
  if (other !== undefined) return modifiers.alt ? `${esc}${other}` : other;
  if ([...base].length === 1) return characterSequence(base, modifiers);
  if (base !== token) warnings.push(`Unknown key "${base}" for modifiers; sending literal.`);
  return base;
}

function readModifiers(token: string): { modifiers: Modifiers; base: string } {
  const modifiers = { shift: false, alt: false, ctrl: false };
  let base = token;
  while (base.length > 2 && /^[cms]-/i.test(base)) {
    const letter = base[0]?.toLowerCase();
    if (letter === "c") modifiers.ctrl = true;
    else if (letter === "m") modifiers.alt = true;
    else modifiers.shift = true;
    base = base.slice(2);
  }
  return { modifiers, base };
}

function withXtermModifiers(sequence: string, { shift, alt, ctrl }: Modifiers): string {
  const code = 1 + (shift ? 1 : 0) + (alt ? 2 : 0) + (ctrl ? 4 : 0);
  if (code === 1) return sequence;
  const number = sequence.slice(2, -1) || "1";
  return `${esc}[${number};${code}${sequence.slice(-1)}`;
}

function characterSequence(character: string, { shift, alt, ctrl }: Modifiers): string {
  const shifted = shift && /^[a-z]$/.test(character) ? character.toUpperCase() : character;
  const controlled = ctrl ? (controlCharacter(shifted) ?? shifted) : shifted;
  return alt ? `${esc}${controlled}` : controlled;
}

/** `@` to `_` and `?`, whatever their case. */
function controlCharacter(character: string): string | undefined {
  if (character === "?") return "\u007f";
  const code = character.toUpperCase().charCodeAt(0);
  return code >= 64 && code <= 95 ? String.fromCharCode(code & 31) : undefined;
}

function named(sequences: Record<string, string>): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(sequences).flatMap(([names, sequence]) => names.split(" ").map((name) => [name, sequence] as const)),
  );
}
