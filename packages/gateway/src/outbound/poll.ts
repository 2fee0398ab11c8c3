import type { Poll } from "@openclaw/plugin-sdk";
import { invalid } from "./outbound-error.ts";

/** Checks a question before it is asked. @throws OutboundError with what is wrong */
export function checkPoll(
  poll: {
    question: string;
    options: readonly string[];
    maxSelections?: number | undefined;
    durationHours?: number | undefined;
  },
  maxOptions: number | undefined,
): Poll {
  const question = poll.question.trim();
  const options = poll.options.map((option) => option.trim()).filter((option) => option !== "");
  const maxSelections = poll.maxSelections ?? 1;
  if (question === "") throw invalid("Poll question is required");
  if (options.length < 2) throw invalid("Poll requires at least 2 options");
  if (maxOptions !== undefined && options.length > maxOptions) {
    throw invalid(`Poll supports at most ${maxOptions} options`);
  }
  if (maxSelections < 1) throw invalid("maxSelections must be at least 1");
  if (maxSelections > options.length) throw invalid("maxSelections cannot exceed option count");
  if (poll.durationHours !== undefined && poll.durationHours < 1) throw invalid("durationHours must be at least 1");
  return {
    question,
    options,
    maxSelections,
    ...(poll.durationHours === undefined ? {} : { durationHours: poll.durationHours }),
  };
}
