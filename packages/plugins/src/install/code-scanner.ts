import { type Dirent, readdirSync, readFileSync, statSync } from "node:fs";
import { extname, join, relative } from "node:path";

/** Something in a plugin's code that its user should look at. */
export interface CodeFinding {
  rule: string;
  severity: "critical" | "warn";
  message: string;
  /** Path below the scanned directory. */
  file: string;
  /** Counted from 1. */
  line: number;
  /** The line, at most 120 characters. */
  evidence: string;
}

interface Rule {
  id: string;
  severity: CodeFinding["severity"];
  message: string;
  /** What a line must contain. */
  line: RegExp;
  /** What the file must contain besides. */
  file?: RegExp;
}

const sends = /\bfetch\s*\(|\bpost\s*\(|https?\.request\s*\(/i;

const rules: readonly Rule[] = [
  {
    id: "dangerous-exec",
    severity: "critical",
    message: "runs programs (child_process)",
    line: /\b(?:exec|execSync|execFile|execFileSync|spawn|spawnSync)\s*\(/,
    file: /child_process/,
  },
  {
    id: "dynamic-code-execution",
    severity: "critical",
    message: "runs code made at run time",
    line: /\beval\s*\(|\bnew\s+Function\b/,
  },
  {
    id: "crypto-mining",
    severity: "critical",
    message: "names a crypto miner",
    line: /stratum\+(?:tcp|ssl)|\b(?:xmrig|coinhive|cryptonight|minergate)\b/i,
  },
  {
    id: "suspicious-network",
    severity: "warn",
    message: "connects a WebSocket to an unusual port",
    line: /wss?:\/\/[^\s"'`/:]+:(?!(?:80|443|8080|8443|3000)\b)\d+/i,
  },
  {
    id: "potential-exfiltration",
    severity: "warn",
    message: "reads files and sends data",
    line: /\breadFile(?:Sync)?\s*\(|\bcreateReadStream\s*\(/,
    file: sends,
  },
  {
    id: "obfuscated-code",
    severity: "warn",
    message: "hides text in escapes or base64",
    line: /(?:\\x[0-9a-f]{2}){6}|(?:atob\s*\(|from\s*\()\s*["'`][A-Za-z0-9+/=]{200}/i,
  },
  {
    id: "env-harvesting",
    severity: "critical",
    message: "reads environment variables and sends data",
    line: /process\.env\b/,
    file: sends,
  },
];

const extensions = new Set([".js", ".ts", ".mjs", ".cjs", ".mts", ".cts", ".jsx", ".tsx"]);
const maxFiles = 500;
const maxFileBytes = 1024 * 1024;
const maxEvidence = 120;

/**
 * Looks for patterns in a plugin's code that deserve a second look. It proves nothing either way: plugins are trusted code.
 * @param entries files to look at wherever they are
 */
export function scanCode(dir: string, entries: readonly string[] = []): CodeFinding[] {
  const files = new Set([...entries, ...sourceFiles(dir)].slice(0, maxFiles));
  return [...files].flatMap((file) => scanFile(file, relative(dir, file)));
}

function sourceFiles(dir: string): string[] {
  const found: string[] = [];
  const visit = (folder: string) => {
    let names: Dirent[];
    try {
      names = readdirSync(folder, { withFileTypes: true });
    } catch {
      return; // what cannot be read cannot be loaded either
    }
    for (const entry of names) {
      if (found.length >= maxFiles || entry.name.startsWith(".") || entry.name === "node_modules") continue;
      const path = join(folder, entry.name);
      if (entry.isDirectory()) visit(path);
      else if (entry.isFile() && extensions.has(extname(entry.name))) found.push(path);
    }
  };
  visit(dir);
  return found;
}

function scanFile(path: string, file: string): CodeFinding[] {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat?.isFile() || stat.size > maxFileBytes) return [];
  const text = readFileSync(path, "utf8");
  const lines = text.split("\n");
  const findings: CodeFinding[] = [];
  for (const { id, severity, message, line: wanted, file: context } of rules) {
    if (context && !context.test(text)) continue;
    const index = lines.findIndex((line) => wanted.test(line));
    if (index < 0) continue;
    const evidence = (lines[index] ?? "").trim().slice(0, maxEvidence);
    findings.push({ rule: id, severity, message, file, line: index + 1, evidence });
  }
  return findings;
}
