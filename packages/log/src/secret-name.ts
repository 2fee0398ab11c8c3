const secretEnding = /(?:KEY|TOKEN|SECRET|PASSWORD|PASSWD)$/i;

/** `Unrecognized key: "x"` and the like: the bare word says what kind of thing follows, not that it is secret. */
const bareKey = /^[Kk]ey$/;

const ordinaryWord = /^(?:monkey|turkey|donkey|hockey|jockey|whiskey|hotkey)$/i;

/**
 * Names whose value only identifies something. They end like a secret's name and stand in nearly every log line; masking
 * them would hide which session or request a line is about. In capitals (`SESSION_KEY=…`) they are taken for secrets:
 * that is how environment variables holding signing keys are spelled.
 */
const identifier =
  /(?:[Ss]ession|[Ii]dempotency|[Pp]ublic|[Cc]ache|[Dd]edupe|[Ss]ort|[Ll]ane|[Mm]ain|[Oo]rder|[Pp]rimary|[Ff]oreign)(?:Key|[_-]?key)$/;

/**
 * True when a variable, option or field of this name holds a secret: it ends in key, token, secret, password or passwd
 * (any case) and is not one of the names that merely identify, such as `sessionKey`.
 */
export function isSecretName(name: string): boolean {
  return secretEnding.test(name) && !bareKey.test(name) && !ordinaryWord.test(name) && !identifier.test(name);
}
