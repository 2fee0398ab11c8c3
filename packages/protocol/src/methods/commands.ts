import { z } from "zod";
import { method } from "../contract.ts";
import { flag, nonEmpty, open, text, texts } from "../fields.ts";
import { once } from "../once.ts";

const argument = once(() =>
  open({
    name: nonEmpty(),
    description: text(),
    type: z.enum(["string", "number", "boolean"]),
    required: flag().optional(),
    choices: z.array(open({ value: text(), label: text() })).optional(),
  }),
);

export const commandMethods = {
  "commands.list": method("commands.list", {
    scope: "operator.read",
    only: 4,
    params: () =>
      z.strictObject({
        agentId: nonEmpty().optional(),
        /** Where the commands are to be used: typed, or in the command menu of a platform. */
        scope: z.enum(["text", "native", "both"]).optional(),
        /** The channel whose native names are wanted. */
        provider: nonEmpty().optional(),
        includeArgs: flag().optional(),
      }),
    result: () =>
      open({
        commands: z.array(
          open({
            name: nonEmpty(),
            nativeName: text().optional(),
            /** With the slash. */
            textAliases: texts(),
            description: text(),
            category: text(),
            source: z.enum(["native", "skill", "plugin"]),
            scope: z.enum(["text", "native", "both"]),
            acceptsArgs: flag(),
            args: z.array(argument()).optional(),
          }),
        ),
      }),
  }),
};
