export {
  type AgentBinding,
  type AgentIdentityFields,
  type BindingOutcome,
  bindingText,
  type NewAgent,
  placeBindings,
  readBinding,
  readIdentity,
  withAgent,
  withIdentity,
  withoutAgent,
} from "./agents-config.ts";
