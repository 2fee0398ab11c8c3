import type { ChannelSetup, ChannelSetupInput } from "@openclaw/plugin-sdk";

/** What a plugin declares of its channel's section. */
export interface ChannelContract {
  schema?: object | undefined;
  uiHints?:
    | Readonly<Record<string, { label?: string; help?: string; placeholder?: string; sensitive?: boolean }>>
    | undefined;
}

interface Field {
  name: string;
  message: string;
  type: "string" | "number" | "boolean";
  choices: readonly string[] | undefined;
  required: boolean;
  secret: boolean;
  placeholder: string | undefined;
}

/** Keys of every channel; who may write and what it is called is asked elsewhere, or left as it is. */
const common = new Set(["enabled", "name", "accounts", "dmPolicy", "groupPolicy", "configWrites"]);
/** What names of credentials look like where nothing marks them. */
const credential = /token|secret|password|api_?key|credential/i;

/**
 * The credentials a channel's section needs, as its schema names them: what it requires, and what is secret. Undefined
 * where it names nothing that could be typed.
 */
export function schemaSetup(label: string, contract: ChannelContract): ChannelSetup | undefined {
  const fields = fieldsOf(label, contract);
  if (fields.length === 0) return undefined;
  return {
    async ask(input) {
      const keys: Record<string, unknown> = {};
      for (const field of fields) {
        const value = await askField(field, input);
        if (value !== undefined) keys[field.name] = value;
      }
      return { keys };
    },
  };
}

function fieldsOf(label: string, { schema, uiHints = {} }: ChannelContract): Field[] {
  const properties = recordAt(schema, "properties");
  const required = listAt(schema, "required");
  return Object.entries(properties).flatMap(([name, property]): Field[] => {
    if (common.has(name)) return [];
    const hint = uiHints[name] ?? {};
    const isRequired = required.includes(name);
    const isSecret = hint.sensitive ?? credential.test(name);
    const type = Reflect.get(Object(property), "type");
    if (
      (!isRequired && !isSecret) ||
      (type !== "string" && type !== "number" && type !== "integer" && type !== "boolean")
    ) {
      return [];
    }
    const choices = listAt(property, "enum").filter((each) => typeof each === "string");
    return [
      {
        name,
        message: `${label} ${hint.label ?? name}${hint.help === undefined ? "" : ` (${hint.help})`}`,
        type: type === "integer" ? "number" : type,
        choices: choices.length === 0 ? undefined : choices,
        required: isRequired,
        secret: isSecret,
        placeholder: hint.placeholder,
      },
    ];
  });
}

async function askField(field: Field, { config, prompter }: ChannelSetupInput): Promise<unknown> {
  const { name, message, type, choices, required, secret, placeholder } = field;
  const before = config[name];
  const known = before !== undefined && before !== "";
  if (type === "boolean") return prompter.confirm({ message, initial: before === true });
  if (choices !== undefined) {
    return prompter.select({
      message,
      options: choices.map((value) => ({ value, label: value })),
      initial: typeof before === "string" ? before : undefined,
    });
  }
  if (
    secret &&
    known &&
    (await prompter.confirm({ message: `${message} already configured. Keep it?`, initial: true }))
  ) {
    return undefined;
  }
  const typed = await prompter.text({
    message: required ? message : `${message} (blank for none)`,
    ...(secret ? { secret } : known ? { initial: String(before) } : {}),
    ...(placeholder === undefined ? {} : { placeholder }),
    validate(text) {
      if (text.trim() === "") return required ? "Required" : undefined;
      return type === "number" && !Number.isFinite(Number(text)) ? "Not a number" : undefined;
    },
  });
  if (typed.trim() === "") return undefined;
  return type === "number" ? Number(typed) : typed.trim();
}

function recordAt(value: unknown, key: string): Record<string, unknown> {
  const found: unknown = Reflect.get(Object(value), key);
  return typeof found === "object" && found !== null ? { ...found } : {};
}

function listAt(value: unknown, key: string): unknown[] {
  const found: unknown = Reflect.get(Object(value), key);
  return Array.isArray(found) ? found : [];
}
