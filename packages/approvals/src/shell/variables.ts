/** Variables no command on the host may be given, because they make programs load foreign code or leak their keys. */
const forbidden = new Set([
  "NODE_OPTIONS",
  "NODE_PATH",
  "PYTHONPATH",
  "PYTHONHOME",
  "RUBYLIB",
  "PERL5LIB",
  "BASH_ENV",
  "ENV",
  "GCONV_PATH",
  "IFS",
  "SSLKEYLOGFILE",
]);

/** Further variables that decide which program runs, or make a harmless program run another one. */
const steering = new Set(
  (
    "PATH HOME SHELL ZDOTDIR FPATH CDPATH SHELLOPTS BASHOPTS PS4 PROMPT_COMMAND PERL5OPT PERL5DB RUBYOPT " +
    "PYTHONSTARTUP PYTHONINSPECT JAVA_TOOL_OPTIONS JDK_JAVA_OPTIONS _JAVA_OPTIONS NODE_REPL_EXTERNAL_MODULE PAGER " +
    "MANPAGER LESS LESSOPEN LESSCLOSE EDITOR VISUAL FCEDIT BROWSER SSH_ASKPASS SUDO_ASKPASS JQ_LIBRARY_PATH " +
    "TAR_OPTIONS RSYNC_RSH MAKEFLAGS GREP_OPTIONS LUA_INIT AWKPATH AWKLIBPATH R_PROFILE JULIA_LOAD_PATH OPENSSL_CONF " +
    "GST_PLUGIN_PATH QT_PLUGIN_PATH GTK_MODULES GIO_EXTRA_MODULES LOCPATH NLSPATH TERMINFO TERMCAP"
  ).split(" "),
);

/** Whether a variable must not be set for a command on the host, whoever asks. Case does not matter. */
export function isForbiddenVariable(name: string): boolean {
  const upper = name.toUpperCase();
  return upper.startsWith("LD_") || upper.startsWith("DYLD_") || forbidden.has(upper);
}

/**
 * Whether a variable can change what an allowed command runs, so that a command with it is not covered by an allowlist:
 * the forbidden ones, those that decide which program is found or started, and names that are no plain identifier
 * (bash takes functions from `BASH_FUNC_x%%`).
 */
export function changesWhatRuns(name: string): boolean {
  const upper = name.toUpperCase();
  return (
    !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ||
    isForbiddenVariable(name) ||
    steering.has(upper) ||
    /^(?:BASH_FUNC_|GIT_|NPM_CONFIG_|LUA_INIT_|PYTHON|RUBY|PERL)/.test(upper)
  );
}
