import type { Script, ScriptInput } from "./script.ts";
import { answerAnthropic, anthropicError, readAnthropicInput } from "./scripted-anthropic.ts";
import { answerBedrock, bedrockError, readBedrockInput } from "./scripted-bedrock.ts";
import { answerGoogle, googleError, readGoogleInput } from "./scripted-google.ts";
import type { Reply } from "./scripted-model-server.ts";
import { answerOpenAI, openaiError, readOpenAIInput } from "./scripted-openai.ts";
import { answerResponses, readResponsesInput } from "./scripted-responses.ts";

type Body = Record<string, unknown>;

/** How the server speaks one kind of API. */
export interface ScriptedApi {
  readInput(body: Body): ScriptInput;
  answer(reply: Reply, script: Script, body: Body, path: string): Promise<void>;
  error(status: number, message: string): object;
}

const openai: ScriptedApi = { readInput: readOpenAIInput, answer: answerOpenAI, error: openaiError };

const apis: readonly (readonly [path: RegExp, api: ScriptedApi])[] = [
  [/\/messages$/, { readInput: readAnthropicInput, answer: answerAnthropic, error: anthropicError }],
  [/\/responses$/, { readInput: readResponsesInput, answer: answerResponses, error: openaiError }],
  [/:(?:streamG|g)enerateContent/, { readInput: readGoogleInput, answer: answerGoogle, error: googleError }],
  [/\/converse(?:-stream)?$/, { readInput: readBedrockInput, answer: answerBedrock, error: bedrockError }],
];

/** The API a path belongs to; chat completions when it is none of the others. */
export function scriptedApi(path: string): ScriptedApi {
  return apis.find(([pattern]) => pattern.test(path))?.[1] ?? openai;
}
