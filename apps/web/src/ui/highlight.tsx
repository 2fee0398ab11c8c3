import bash from "highlight.js/lib/languages/bash";
import c from "highlight.js/lib/languages/c";
import cpp from "highlight.js/lib/languages/cpp";
import csharp from "highlight.js/lib/languages/csharp";
import css from "highlight.js/lib/languages/css";
import diff from "highlight.js/lib/languages/diff";
import dockerfile from "highlight.js/lib/languages/dockerfile";
import go from "highlight.js/lib/languages/go";
import ini from "highlight.js/lib/languages/ini";
import java from "highlight.js/lib/languages/java";
import javascript from "highlight.js/lib/languages/javascript";
import json from "highlight.js/lib/languages/json";
import kotlin from "highlight.js/lib/languages/kotlin";
import markdown from "highlight.js/lib/languages/markdown";
import php from "highlight.js/lib/languages/php";
import python from "highlight.js/lib/languages/python";
import ruby from "highlight.js/lib/languages/ruby";
import rust from "highlight.js/lib/languages/rust";
import sql from "highlight.js/lib/languages/sql";
import swift from "highlight.js/lib/languages/swift";
import typescript from "highlight.js/lib/languages/typescript";
import xml from "highlight.js/lib/languages/xml";
import yaml from "highlight.js/lib/languages/yaml";
import { createLowlight } from "lowlight";
import { Fragment, type ReactNode } from "react";

const lowlight = createLowlight({
  ...{ bash, c, cpp, csharp, css, diff, dockerfile, go, ini, java, javascript, json, kotlin, markdown, php, python },
  ...{ ruby, rust, sql, swift, typescript, xml, yaml },
});
lowlight.registerAlias({ json: ["json5", "jsonc"], bash: ["shell", "console", "zsh"], ini: ["toml"] });

/** Longer code stays plain, characters. */
const LONGEST = 60_000;

/** Code as coloured elements; undefined for languages without rules. */
export function highlight(text: string, language: string): ReactNode | undefined {
  if (text.length > LONGEST || !lowlight.registered(language)) return undefined;
  return lowlight.highlight(language, text).children.map(draw);
}

type Node = ReturnType<typeof lowlight.highlight>["children"][number];

function draw(node: Node, index: number): ReactNode {
  if (node.type === "text") return node.value;
  if (node.type !== "element") return null;
  const { className } = node.properties;
  return (
    <span key={`${index}`} className={Array.isArray(className) ? className.join(" ") : undefined}>
      {node.children.map((child, at) => (
        <Fragment key={at}>{draw(child, at)}</Fragment>
      ))}
    </span>
  );
}
