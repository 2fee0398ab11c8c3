/** What a template can say. Objects and what is not there become nothing. */
export type TemplateValue = string | number | boolean | readonly string[] | object | null | undefined;

/** The variables of media and link commands. */
export interface TemplateVariables {
  Body?: string;
  RawBody?: string;
  BodyStripped?: string;
  From?: string;
  To?: string;
  MessageSid?: string;
  SessionId?: string;
  IsNewSession?: boolean;
  MediaUrl?: string;
  MediaPath?: string;
  MediaType?: string;
  MediaDir?: string;
  Transcript?: string;
  Prompt?: string;
  MaxChars?: number;
  OutputDir?: string;
  OutputBase?: string;
  LinkUrl?: string;
  ChatType?: string;
  GroupSubject?: string;
  GroupMembers?: string;
  SenderName?: string;
  SenderE164?: string;
  Provider?: string;
}

/** Fills `{{ Name }}` in. Unknown names become nothing, lists are joined with commas. */
export function fillTemplate(template: string, variables: object): string {
  const values = new Map<string, TemplateValue>(Object.entries(variables));
  // A function, so that `$&` in a value means nothing.
  return template.replace(/\{\{\s*(\w+)\s*\}\}/g, (_, name: string) => shown(values.get(name)));
}

function shown(value: TemplateValue): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return Array.isArray(value) ? value.join(",") : "";
}
