import type { CompletionPlace, CompletionWord } from "./completion-places.ts";

export const completionShells = ["zsh", "bash", "powershell", "fish"] as const;
export type CompletionShell = (typeof completionShells)[number];

/** The name of a shell's script among the completion files. */
export const completionFiles: Readonly<Record<CompletionShell, string>> = {
  zsh: "openclaw.zsh",
  bash: "openclaw.bash",
  powershell: "openclaw.ps1",
  fish: "openclaw.fish",
};

/**
 * A script that completes command lines in a shell. It holds the whole tree as tables, so that a keystroke starts no
 * program: `words` from the place to what may follow, and the values of flags.
 */
export function completionScript(shell: CompletionShell, places: readonly CompletionPlace[]): string {
  switch (shell) {
    case "bash":
      return bashScript(places);
    case "zsh":
      return zshScript(places);
    case "fish":
      return fishScript(places);
    case "powershell":
      return powershellScript(places);
  }
}

/** In single quotes nothing is special in any POSIX shell but the quote itself. */
const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
const flagsOf = (places: readonly CompletionPlace[]) =>
  places.flatMap(({ path, flags }) => flags.filter(({ takesValue }) => takesValue).map((flag) => ({ path, ...flag })));

/** How bash and zsh find out where on the line the cursor is: the words so far that lead somewhere. */
const walk = (words: string, from: string) => `  local place="" previous="" skip=0 word
  for word in ${words}; do
    if (( skip )); then skip=0; previous=""; continue; fi
    case "$word" in
      --*=*) ;;
      -*) previous="$word"; _openclaw_values "$place" "$word" >/dev/null && skip=1 ;;
      *) previous=""; if _openclaw_words "\${place:+$place }$word" >/dev/null; then place="\${place:+$place }$word"; fi ;;
    esac
  done
  # ${from}`;

function tableFunctions(places: readonly CompletionPlace[], line: (word: CompletionWord) => string): string {
  const words = places.map(
    ({ path, commands, flags }) =>
      `    ${quoted(path)}) printf '%s\\n' ${[...commands, ...flags].map((word) => quoted(line(word))).join(" ")} ;;`,
  );
  const values = flagsOf(places).map(
    ({ path, word, values }) =>
      `    ${quoted(`${path} ${word}`.trim())}) ${values.length === 0 ? ":" : `printf '%s\\n' ${values.map(quoted).join(" ")}`} ;;`,
  );
  return `_openclaw_words() {
  case "$1" in
${words.join("\n")}
    *) return 1 ;;
  esac
}

_openclaw_values() {
  case "\${1:+$1 }$2" in
${values.join("\n")}
    *) return 1 ;;
  esac
}`;
}

function bashScript(places: readonly CompletionPlace[]): string {
  return `# bash completion of openclaw
${tableFunctions(places, ({ word }) => word)}

_openclaw() {
  local current="\${COMP_WORDS[COMP_CWORD]}"
${walk(`"\${COMP_WORDS[@]:1:COMP_CWORD-1}"`, "A flag before the cursor that still wants its value decides what follows.")}
  COMPREPLY=()
  if (( skip )); then
    local values
    values="$(_openclaw_values "$place" "$previous")"
    if [[ -n "$values" ]]; then mapfile -t COMPREPLY < <(compgen -W "$values" -- "$current"); else compopt -o default; fi
    return
  fi
  local words
  words="$(_openclaw_words "$place")"
  if [[ "$current" != -* ]]; then words="$(printf '%s\\n' "$words" | grep -v '^-')"; fi
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
  if (( \${#COMPREPLY[@]} == 0 )); then compopt -o default; fi
}
complete -F _openclaw openclaw
`;
}

function zshScript(places: readonly CompletionPlace[]): string {
  const described = ({ word, summary }: CompletionWord) => `${word.replaceAll(":", "\\:")}:${summary}`;
  return `#compdef openclaw
# zsh completion of openclaw
${tableFunctions(places, described)}

_openclaw() {
${walk(`"\${(@)words[2,CURRENT-1]}"`, "A flag before the cursor that still wants its value decides what follows.")}
  local -a found
  if (( skip )); then
    found=("\${(@f)$(_openclaw_values "$place" "$previous")}")
    if [[ -n "\${found[1]}" ]]; then _describe 'value' found; else _files; fi
    return
  fi
  found=("\${(@f)$(_openclaw_words "$place")}")
  if [[ "\${words[CURRENT]}" == -* ]]; then found=("\${(@M)found:#-*}"); else found=("\${(@)found:#-*}"); fi
  if [[ -n "\${found[1]}" ]]; then _describe 'openclaw' found; else _files; fi
}
if [[ "\${funcstack[1]}" == "_openclaw" ]]; then
  _openclaw "$@"
else
  (( $+functions[compdef] )) || { autoload -Uz compinit && compinit; }
  compdef _openclaw openclaw
fi
`;
}

function fishScript(places: readonly CompletionPlace[]): string {
  const fishQuoted = (text: string) => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
  const known = places.map(({ path }) => path).filter(Boolean);
  const valued = flagsOf(places).map(({ path, word }) => `${path} ${word}`.trim());
  const lines = places.flatMap(({ path, commands, flags }) => {
    const here = `complete -c openclaw -n ${fishQuoted(`__openclaw_at ${fishQuoted(path)}`)}`;
    return [
      ...commands.map(({ word, summary }) => `${here} -f -a ${fishQuoted(word)} -d ${fishQuoted(summary)}`),
      ...flags.map(({ word, summary, takesValue, values }) => {
        const name = word.startsWith("--") ? `-l ${fishQuoted(word.slice(2))}` : `-s ${fishQuoted(word.slice(1))}`;
        const value = !takesValue ? "" : values.length > 0 ? ` -x -a ${fishQuoted(values.join(" "))}` : " -r";
        return `${here} ${name}${value} -d ${fishQuoted(summary)}`;
      }),
    ];
  });
  return `# fish completion of openclaw
function __openclaw_at
    set -l known ${known.map(fishQuoted).join(" ")}
    set -l valued ${valued.map(fishQuoted).join(" ")}
    set -l place
    set -l skip 0
    for word in (commandline -opc)[2..-1]
        if test $skip -eq 1
            set skip 0
            continue
        end
        if string match -q -- '-*' $word
            contains -- (string join ' ' $place $word) $valued; and set skip 1
            continue
        end
        contains -- (string join ' ' $place $word) $known; and set -a place $word
    end
    test (string join ' ' $place) = "$argv[1]"
end
${lines.join("\n")}
`;
}

function powershellScript(places: readonly CompletionPlace[]): string {
  const text = (value: string) => `'${value.replaceAll("'", "''")}'`;
  const words = places.map(
    ({ path, commands, flags }) => [path, [...commands, ...flags].map(({ word }) => word)] as const,
  );
  const values = flagsOf(places).map(({ path, word, values }) => [`${path} ${word}`.trim(), values] as const);
  // Keys of a PowerShell table ignore case, and so do not tell -v from -V.
  const table = (name: string, entries: readonly (readonly [string, readonly string[]])[]) =>
    `$${name} = [System.Collections.Hashtable]::new([System.StringComparer]::Ordinal)\n${entries
      .map(([key, list]) => `$${name}[${text(key)}] = @(${list.map(text).join(", ")})`)
      .join("\n")}`;
  return `# PowerShell completion of openclaw
${table("OpenClawWords", words)}
${table("OpenClawValues", values)}
Register-ArgumentCompleter -Native -CommandName openclaw -ScriptBlock {
  param($current, $line, $cursor)
  $place = ''; $previous = ''; $skip = $false
  $before = @($line.CommandElements | Select-Object -Skip 1 | Where-Object { $_.Extent.EndOffset -lt $cursor } | ForEach-Object { $_.ToString() })
  foreach ($word in $before) {
    if ($skip) { $skip = $false; continue }
    $next = ("$place $word").Trim()
    if ($word.StartsWith('-')) { $previous = $next; $skip = $OpenClawValues.ContainsKey($next) }
    elseif ($OpenClawWords.ContainsKey($next)) { $place = $next }
  }
  $found = if ($skip) { $OpenClawValues[$previous] } else { $OpenClawWords[$place] }
  $found | Where-Object { $_ -clike "$current*" -and ($current.StartsWith('-') -or $skip -or -not $_.StartsWith('-')) } |
    ForEach-Object { [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_) }
}
`;
}
