import { basename } from "node:path";
import { type ShellWord, unknownWord } from "../shell/shell-words.ts";
import { type KnownOptions, readOptions } from "./option-words.ts";

/** A command that another program runs. */
export type InnerCommand =
  | {
      kind: "words";
      words: readonly ShellWord[];
      /** The program adds further words at the end that are not known. */
      open: boolean;
    }
  /** Text for a POSIX-like shell. */
  | { kind: "script"; text: string };

/** What a program does with its arguments, as far as running others goes. */
export type Wrapped =
  | { kind: "program" }
  | { kind: "wrapper"; inner: readonly InnerCommand[] }
  /** It runs another program, and which one cannot be read off. */
  | { kind: "unreadable" };

const unreadable: Wrapped = { kind: "unreadable" };

interface PlainWrapper {
  options: KnownOptions;
  /** Words between the options and the command. */
  operands?: number;
  /** Takes assignments in front of the command. */
  assigns?: boolean;
}

/** Programs whose last operands are a command that they run as it stands. */
const plainWrappers: Readonly<Record<string, PlainWrapper>> = {
  nice: { options: { valued: "n", longValued: ["adjustment"], words: /^-\d+$/ } },
  nohup: { options: {} },
  time: { options: { flags: "p" } },
  timeout: {
    options: {
      flags: "v",
      valued: "ks",
      longFlags: ["foreground", "preserve-status", "verbose"],
      longValued: ["kill-after", "signal"],
    },
    operands: 1,
  },
  setsid: { options: { flags: "cfw", longFlags: ["ctty", "fork", "wait"] } },
  stdbuf: { options: { valued: "ioe", longValued: ["input", "output", "error"] } },
  ionice: { options: { flags: "t", valued: "cn", longFlags: ["ignore"], longValued: ["class", "classdata"] } },
  caffeinate: { options: { flags: "dimsu", valued: "t" } },
  sudo: {
    options: {
      flags: "nEHS",
      valued: "ug",
      longFlags: ["non-interactive", "preserve-env", "set-home", "stdin"],
      longValued: ["user", "group"],
    },
    assigns: true,
  },
  doas: { options: { flags: "n", valued: "u" } },
};

/** Shells whose scripts are analysed like the command itself. */
const posixShells = new Set(["sh", "bash", "dash", "zsh", "ksh", "mksh", "ash"]);

/** What `set -o` may switch without changing how a script is read. */
const harmlessSettings = new Set(["errexit", "nounset", "pipefail", "verbose", "xtrace"]);

/** Programs that exist to run others, in ways that are not taken apart. */
const opaque = new Set(
  (
    "fish csh tcsh rc es elvish nu xonsh pwsh powershell cmd command wsl arch at batch bwrap catchsegv chpst chroot " +
    "chrt cgexec choom coreutils dbus-launch dbus-run-session dumb-init entr expect faketime fakeroot faketty firejail " +
    "flatpak-spawn flock gdb gosu hyperfine ld.so ltrace machinectl nsenter numactl parallel perf " +
    "pkexec prlimit proot linux rlwrap run-parts runcon runuser rush s6-setuidgid screen script scriptreplay setarch setpriv " +
    "setuidgid sem sg softlimit ssh-agent start-stop-daemon strace su su-exec systemd-inhibit systemd-run taskset tini " +
    "tmux torify torsocks trickle tsocks unbuffer uncompress-exec unshare valgrind watch watchexec with-contenv " +
    "xvfb-run zsh-static"
  ).split(" "),
);

/** The name a program goes by: without folder, ending, version and capitals, which some file systems ignore. */
export function programName(path: string): string {
  const name = basename(path.replaceAll("\\", "/")).toLowerCase();
  return name.replace(/\.(exe|com|bat|cmd)$/, "").replace(/(?<=[a-z])-?\d[\d.]*$/, "");
}

/** Whether a name is that of a program that runs others. */
export function isWrapper(name: string): boolean {
  return (
    Object.hasOwn(plainWrappers, name) ||
    posixShells.has(name) ||
    opaque.has(name) ||
    /^(?:env|xargs|find|busybox|toybox|ld-linux.*|ld-musl.*)$/.test(name)
  );
}

/**
 * Reads off which commands a program runs. `open` says that the program gets further words that are not known (from
 * `xargs`).
 */
export function wrappedCommands(name: string, args: readonly ShellWord[], open: boolean): Wrapped {
  const plain = Object.hasOwn(plainWrappers, name) ? plainWrappers[name] : undefined;
  if (plain !== undefined) return plainInner(plain, args, open);
  if (posixShells.has(name)) return shellInner(args);
  if (opaque.has(name)) return unreadable;
  switch (name) {
    case "env":
      return envInner(args, open);
    case "xargs":
      return xargsInner(args);
    case "find":
      return findInner(args, open);
    case "busybox":
    case "toybox":
      // The applet is named first; options in its place (`--install`) are something else.
      return args[0]?.text.startsWith("-") ? unreadable : command(args, open);
    default:
      return isWrapper(name) ? unreadable : { kind: "program" };
  }
}

/** `assigns`: the program itself takes `NAME=value` in front of the command. */
function command(words: readonly ShellWord[], open: boolean, assigns = false): Wrapped {
  const first = words[0];
  if (first === undefined || (!assigns && first.text.includes("="))) return unreadable;
  return { kind: "wrapper", inner: [{ kind: "words", words, open }] };
}

function plainInner(wrapper: PlainWrapper, args: readonly ShellWord[], open: boolean): Wrapped {
  const read = readOptions(args, wrapper.options);
  if (read === undefined) return unreadable;
  const operands = wrapper.operands ?? 0;
  if (!read.rest.slice(0, operands).every(({ literal }) => literal)) return unreadable;
  return command(read.rest.slice(operands), open, wrapper.assigns);
}

/** The assignments stay in front of the words and are judged like those in front of any command. */
function envInner(args: readonly ShellWord[], open: boolean): Wrapped {
  // Without a variable more, `-u` changes nothing of what runs, unless the way to programs is lost.
  const read = readOptions(args, { flags: "v", valued: "u", longFlags: ["debug"], longValued: ["unset"] });
  if (read === undefined) return unreadable;
  if (read.options.some(({ value }) => value?.toUpperCase() === "PATH")) return unreadable;
  if (read.rest[0]?.text === "-") return unreadable; // the same as -i: programs are then found in other places
  const first = read.rest.findIndex(({ text }) => !text.includes("="));
  // An expansion in an assignment's place can become several words, a command among them.
  const assignments = first < 0 ? read.rest : read.rest.slice(0, first);
  return first < 0 || assignments.some(({ literal }) => !literal) ? unreadable : command(read.rest, open, true);
}

function shellInner(args: readonly ShellWord[]): Wrapped {
  const read = readOptions(args, { flags: "celuvx", valued: "o", longFlags: ["norc", "noprofile", "posix", "login"] });
  const script = read?.rest[0];
  // Other settings change how the script is read (zsh's rcquotes).
  const settings = read?.options.flatMap(({ name, value }) => (name === "o" ? [value ?? ""] : [])) ?? [];
  if (!settings.every((setting) => harmlessSettings.has(setting))) return unreadable;
  // Without -c the shell reads commands from a file or from its input.
  if (!read?.options.some(({ name }) => name === "c") || script === undefined || !script.literal) return unreadable;
  return { kind: "wrapper", inner: [{ kind: "script", text: script.text }] };
}

function xargsInner(args: readonly ShellWord[]): Wrapped {
  const read = readOptions(args, {
    flags: "0rtxo",
    valued: "nPLsdEIJ",
    attached: "ile",
    longFlags: ["null", "no-run-if-empty", "verbose", "exit", "open-tty"],
    longValued: ["max-args", "max-procs", "max-chars", "delimiter"],
  });
  if (read === undefined) return unreadable;
  const places = read.options.flatMap(({ name, value }) => ("IJi".includes(name) ? [value || "{}"] : []));
  const words = read.rest.map((word) =>
    places.some((place) => word.text.includes(place)) ? unknownWord(word.text) : word,
  );
  return command(words, true);
}

function findInner(args: readonly ShellWord[], open: boolean): Wrapped {
  // What an expansion or xargs brings can be `-exec`.
  if (open || args.some((word) => word.expands || (!word.literal && word.text.includes("$")))) return unreadable;
  const inner: InnerCommand[] = [];
  for (let at = 0; at < args.length; at += 1) {
    if (!/^-(?:exec|execdir|ok|okdir)$/.test(args[at]?.text ?? "")) continue;
    const start = at + 1;
    while (at < args.length && !endsFindCommand(args, at)) at += 1;
    const words = args.slice(start, at).map((word) => (word.text.includes("{}") ? unknownWord(word.text) : word));
    const name = words[0]?.text;
    if (name === undefined || at === args.length || name.includes("=")) return unreadable;
    // In the folder of what was found a relative name is another program.
    if (name.includes("/") && !name.startsWith("/")) return unreadable;
    inner.push({ kind: "words", words, open: true });
  }
  return inner.length === 0 ? { kind: "program" } : { kind: "wrapper", inner };
}

function endsFindCommand(args: readonly ShellWord[], at: number): boolean {
  const text = args[at]?.text;
  return text === ";" || (text === "+" && args[at - 1]?.text === "{}");
}
