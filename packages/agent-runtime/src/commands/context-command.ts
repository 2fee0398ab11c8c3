import type { SystemPromptReport } from "../prompt/system-prompt-report.ts";
import { type CommandHandler, say } from "./command-request.ts";
import { shortCount } from "./short-count.ts";
import { contextText } from "./status-card.ts";

/** The largest skills and tools that are named. */
const largestCount = 10;
/** The tools a short list names. */
const namedTools = 30;

/** `/context`: what fills the model's context, from the report of the last system prompt. */
export const contextCommand: CommandHandler = async (request, services) => {
  const view = request.args.toLowerCase();
  if (view !== "list" && view !== "detail" && view !== "json") return say(...helpLines);
  const report = await services.promptReport(request);
  if (view === "json") return say("```json", JSON.stringify(report, null, 2), "```");
  const { context } = await services.statusFacts(request);
  const lines = listLines(report, `Session tokens: ${contextText(context)}`);
  return say(...lines, ...(view === "detail" ? detailLines(report) : []));
};

const helpLines = [
  "🧠 /context",
  "",
  "What the model sees before the conversation: the system prompt, files of the workspace, skills and tools.",
  "",
  "/context list - the parts and their sizes",
  "/context detail - also the largest skills and tools",
  "/context json - the whole report",
];

function listLines(report: SystemPromptReport, sessionLine: string): string[] {
  const { systemPrompt, injectedWorkspaceFiles: files, skills, tools, sandbox } = report;
  const skillNames = skills.entries.map(({ name }) => name);
  return [
    `🧠 Context breakdown${report.source === "estimate" ? " (estimate)" : ""}`,
    `Workspace: ${report.workspaceDir}`,
    `Bootstrap limit: ${report.bootstrapMaxChars} characters per file`,
    `Sandbox: ${sandbox.sandboxed ? sandbox.mode : "off"}`,
    `System prompt: ${size(systemPrompt.chars)}, of it workspace files ${size(systemPrompt.projectContextChars)}`,
    "",
    "Injected workspace files:",
    ...(files.length === 0 ? ["- (none)"] : files.map(fileLine)),
    "",
    `Skills list: ${size(skills.promptChars)} (${skillNames.length} skills)`,
    `Skills: ${skillNames.join(", ") || "(none)"}`,
    `Tool list: ${size(tools.listChars)}`,
    `Tool schemas: ${size(tools.schemaChars)} (not shown as text, but part of the context)`,
    `Tools: ${nameList(tools.entries.map(({ name }) => name))}`,
    "",
    sessionLine,
  ];
}

function detailLines({ skills, tools }: SystemPromptReport): string[] {
  const largestSkills = [...skills.entries].sort((a, b) => b.blockChars - a.blockChars).slice(0, largestCount);
  const largestTools = [...tools.entries]
    .sort((a, b) => b.schemaChars + b.summaryChars - (a.schemaChars + a.summaryChars))
    .slice(0, largestCount);
  return [
    "",
    "Largest skills:",
    ...(largestSkills.length === 0
      ? ["- (none)"]
      : largestSkills.map((skill) => `- ${skill.name}: ${size(skill.blockChars)}`)),
    "Largest tools:",
    ...largestTools.map(
      (tool) =>
        `- ${tool.name}: schema ${size(tool.schemaChars)}, description ${size(tool.summaryChars)}, ${tool.propertiesCount} parameters`,
    ),
  ];
}

function fileLine(file: SystemPromptReport["injectedWorkspaceFiles"][number]): string {
  if (file.missing) return `- ${file.name}: MISSING`;
  const state = file.truncated ? "TRUNCATED" : "OK";
  return `- ${file.name}: ${state} | raw ${size(file.rawChars)} | injected ${size(file.injectedChars)}`;
}

/** Characters and the tokens they come to, at four characters each. */
function size(chars: number): string {
  return `${chars} chars (~${shortCount(Math.ceil(chars / 4))} tok)`;
}

function nameList(names: readonly string[]): string {
  if (names.length === 0) return "(none)";
  const rest = names.length - namedTools;
  return rest > 0 ? `${names.slice(0, namedTools).join(", ")}, … and ${rest} more` : names.join(", ");
}
