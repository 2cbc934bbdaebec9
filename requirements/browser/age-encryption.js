export { Decrypter, Encrypter, generateX25519Identity, identityToRecipient } from "age-encryption";
// Its own switch, which it does not hand out: without it nothing works where there is no crypto.subtle (plain http).
export { forceWebCryptoOff } from "./node_modules/age-encryption/dist/x25519.js";
