// Questions that channels ask alike when somebody sets them up. Loaded only then.
export { type AskedPlaces, askPlaces, type PlacesQuestion } from "./setup/ask-places.ts";
export { askSecrets, type SecretAnswer, type SecretQuestion } from "./setup/ask-secrets.ts";
export { typedEntries } from "./setup/typed-entries.ts";
