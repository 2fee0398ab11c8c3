import { maskSecret } from "./mask.ts";
import { changeInPieces } from "./pieces.ts";
import { isSecretName } from "./secret-name.ts";

// Every expression here runs in time linear in the text: none repeats a class directly after a repetition of an
// overlapping class, and those that begin with a repetition are anchored by a lookbehind.

/** One pass over the text decides whether any of the slower ones is needed; most log lines end here. */
const suspicious =
  /key|token|secret|passw|bearer|-----begin|sk-|ghp_|github_pat_|xox|xapp-|gsk_|aiza|pplx-|npm_|[0-9]{6}:/i;

const authorization = /(authorization["'`]?[ \t]{0,4}[:=][ \t]{0,4}["'`]?bearer[ \t]{1,8})([^\s"'`\\,;]+)/gi;
const bareBearer = /(?<![A-Za-z0-9])(bearer[ \t]{1,8})([A-Za-z0-9._~+/=-]{18,})/gi;

const knownPrefixes =
  /(?<![A-Za-z0-9])(?:sk-[\w-]{8,}|ghp_[A-Za-z0-9]{20,}|github_pat_\w{20,}|xox[baprs]-[A-Za-z0-9-]{10,}|xapp-[A-Za-z0-9-]{10,}|gsk_[\w-]{10,}|AIza[\w-]{20,}|pplx-[\w-]{10,}|npm_[A-Za-z0-9]{10,})/g;

/** A Telegram bot token. In API URLs it follows the letters `bot` directly. */
const telegramToken = /(?<![0-9])[0-9]{6,}:[\w-]{20,}/g;

/** The end of a secret's name and what stands between it and the value; a bare space is a separator for `--flags` only. */
const nameEnd = /(?:KEY|TOKEN|SECRET|PASSWORD|PASSWD)(\\?["'`]?[ \t]{0,4}[=:]{1,3}>?[ \t]{0,4}|[ \t]{1,8}(?=\S))/gi;

const plainLiteral = /^(?:true|false|null|undefined|none)[,;)}\]]*$/i;
const longestName = 64;

/** The expression engine runs out of stack on a single match of some ten million characters. */
const pieceLength = 1_048_576;

/**
 * Masks what looks like a credential: values of names ending in key, token, secret, password or passwd (assignments, JSON
 * fields, `--flags`), bearer tokens, PEM private keys, the prefixes of well-known services, Telegram bot tokens.
 */
export function redactDefaults(text: string): string {
  if (!suspicious.test(text)) return text;
  return changeInPieces(redactPemBlocks(text), pieceLength, redactPiece);
}

function redactPiece(text: string): string {
  const withoutBearers = text.replace(authorization, maskSecondGroup).replace(bareBearer, maskSecondGroup);
  return redactNamedValues(withoutBearers).replace(knownPrefixes, maskSecret).replace(telegramToken, maskSecret);
}

function maskSecondGroup(_match: string, before: string, secret: string): string {
  return before + maskSecret(secret);
}

const pemBegin = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----/g;

/** Keeps the first and the last line of private keys in PEM form. One that does not end hides the rest of the text. */
export function redactPemBlocks(text: string): string {
  let result = "";
  let done = 0;
  for (const begin of text.matchAll(pemBegin)) {
    if (begin.index < done) continue;
    const bodyAt = begin.index + begin[0].length;
    const endLine = begin[0].replace("BEGIN", "END");
    const endAt = text.indexOf(endLine, bodyAt);
    const body = text.slice(bodyAt, endAt < 0 ? text.length : endAt);
    // In JSON the line breaks are written as two characters.
    const lineBreak = body.includes("\n") ? "\n" : "\\n";
    result += `${text.slice(done, bodyAt)}${lineBreak}…redacted…`;
    if (endAt < 0) return result;
    result += `${lineBreak}${endLine}`;
    done = endAt + endLine.length;
  }
  return done === 0 ? text : result + text.slice(done);
}

function redactNamedValues(text: string): string {
  let result = "";
  let done = 0;
  for (const match of text.matchAll(nameEnd)) {
    const separator = match[1] ?? "";
    const nameEndsAt = match.index + match[0].length - separator.length;
    if (match.index < done) continue;
    const name = nameBefore(text, nameEndsAt);
    if (!isSecretName(name)) continue;
    const valueAt = match.index + match[0].length;
    if (separator.trim() === "" && (!name.startsWith("--") || text.startsWith("--", valueAt))) continue;
    const { start, end } = valueSpan(text, valueAt);
    const value = text.slice(start, end);
    if (value === "" || plainLiteral.test(value)) continue;
    result += text.slice(done, start) + maskSecret(value);
    done = end;
  }
  return done === 0 ? text : result + text.slice(done);
}

function nameBefore(text: string, end: number): string {
  let start = end;
  while (start > 0 && end - start < longestName && isNameCharacter(text.charCodeAt(start - 1))) start--;
  return text.slice(start, end);
}

function isNameCharacter(code: number): boolean {
  return (
    (code >= 97 && code <= 122) || // a-z
    (code >= 65 && code <= 90) || // A-Z
    (code >= 48 && code <= 57) || // 0-9
    code === 95 || // _
    code === 45 || // -
    code === 46 // .
  );
}

/** Where a value starting at `at` lies, without its quotes. A quote that is never closed reaches to the end of the line. */
function valueSpan(text: string, at: number): { start: number; end: number } {
  const escaped = text[at] === "\\";
  const quote = text[escaped ? at + 1 : at];
  if (quote !== undefined && isQuote(quote)) {
    const start = at + (escaped ? 2 : 1);
    const end = escaped ? text.indexOf(`\\${quote}`, start) : closingQuote(text, quote, start);
    if (end >= 0) return { start, end };
    const lineEnd = text.indexOf("\n", start);
    return { start, end: lineEnd < 0 ? text.length : lineEnd };
  }
  let end = at;
  while (end < text.length && !endsUnquoted(text, end)) end++;
  return { start: at, end };
}

// A loop, not an expression with alternatives: those keep a way back for every character and overflow on long values.
function endsUnquoted(text: string, at: number): boolean {
  const character = text[at] ?? "";
  if (character === "\\") return isQuote(text[at + 1]);
  return isQuote(character) || character.trim() === "";
}

function isQuote(character: string | undefined): boolean {
  return character === '"' || character === "'" || character === "`";
}

function closingQuote(text: string, quote: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === quote) return at;
  }
  return -1;
}
