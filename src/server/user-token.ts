/** Tokens of the host's users, by which their browsers sign in. */
import { nowInSeconds, type TokenSigner } from "./sign-token.ts";

/** One of the host's users. */
export interface TokenUser {
  /** 1 to 128 characters: the same for ever, and no one else's. */
  id: string;
  name: string;
  /** An https address. */
  avatarUrl?: string | undefined;
}

export interface UserTokenOptions {
  /** How long the token is valid, in seconds; an hour if absent. The client asks for a new one before it ends. */
  expiresInSeconds?: number;
}

export function signUserToken(
  signer: TokenSigner,
  { id, name, avatarUrl }: TokenUser,
  { expiresInSeconds = 3600 }: UserTokenOptions = {},
): Promise<string> {
  const iat = nowInSeconds();
  return signer.sign({ sub: id, name, picture: avatarUrl, iat, exp: iat + expiresInSeconds });
}
