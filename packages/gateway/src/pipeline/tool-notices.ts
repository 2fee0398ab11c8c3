import { type ToolData, toolOutputSummary, toolSummary } from "@openclaw/agent-runtime";

/** Tells a chat what tools do, as far as its session wants to see it. */
export interface ToolNotices {
  onTool(data: ToolData): void;
}

export function createToolNotices(options: {
  /** Asked for every call, so that a change counts at once. */
  verbose(): "off" | "on" | "full";
  homeDir: string;
  tell(text: string): void;
}): ToolNotices {
  /** The announcements of calls that are under way. */
  const open = new Map<string, string>();
  return {
    onTool(data) {
      const level = options.verbose();
      if (data.phase === "start") {
        const summary = toolSummary(data.name, record(data.args), { homeDir: options.homeDir });
        open.set(data.toolCallId, summary);
        if (level !== "off") options.tell(summary);
      } else if (data.phase === "result") {
        const summary = open.get(data.toolCallId);
        open.delete(data.toolCallId);
        if (level === "full" && summary !== undefined)
          options.tell(toolOutputSummary(summary, outputText(data.result)));
      }
    },
  };
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

/** The texts of a tool result. */
function outputText(result: unknown): string {
  if (typeof result !== "object" || result === null || !("content" in result) || !Array.isArray(result.content))
    return "";
  return result.content
    .flatMap((block: unknown) =>
      typeof block === "object" && block !== null && "text" in block && typeof block.text === "string"
        ? [block.text]
        : [],
    )
    .join("\n");
}
