/**
 * Words that begin or belong to a construct of a shell when they stand unquoted where a command is expected. `time` is
 * one too, but does what the program of the name does: it runs the command behind it.
 */
const reserved = new Set(
  (
    "! { } [[ ]] if then elif else fi for foreach while until select case esac in do done end repeat function coproc " +
    "noglob nocorrect - always"
  ).split(" "),
);

/**
 * Commands that the shells carry out themselves although a program of the name may exist (macOS has some of them as
 * files), and that run or change other commands, so that the program's path says nothing about what happens.
 */
const builtins = new Set(
  (
    ". : [ alias autoload bg bind break builtin bye caller cd chdir command compgen complete compopt continue declare " +
    "dirs disable disown echotc echoti emulate enable eval exec exit export false fc fg float functions getln getopts " +
    "hash help history integer jobs kill let limit local log logout mapfile newgrp noglob popd print pushd pushln " +
    "read readarray readonly rehash return sched set setopt shift shopt source stop suspend test times trap true " +
    "ttyctl type typeset ulimit umask unalias unfunction unhash unlimit unset unsetopt vared wait whence where which " +
    "zcompile zformat zle zmodload zparseopts zregexparse zstyle"
  ).split(" "),
);

/** Builtins that do no more than the program of the same name. */
const harmless = new Set(["true", "false", "kill", "which"]);

export function isReservedWord(word: { text: string; quoted: boolean }): boolean {
  return !word.quoted && reserved.has(word.text);
}

/** Whether the shell itself would act on this name in a way that another command may feel. */
export function isShellBuiltin(name: string, args: readonly { text: string }[]): boolean {
  // `printf -v NAME` sets a variable, PATH for one.
  if (name === "printf") return args.some(({ text }) => text.startsWith("-v"));
  return builtins.has(name) && !harmless.has(name);
}
