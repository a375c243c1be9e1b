import { fieldsOf, listOf, textOf } from '../api/jsonFields.ts';

/** A second factor that is being set up: its key, and the same as an otpauth URI for the QR code. */
export type Enrolment = { readonly secret: string; readonly uri: string };

/** Reads the answer of `POST /session/second-factor`. */
export function readEnrolment(json: unknown): Enrolment | undefined {
  const fields = fieldsOf(json);
  const secret = textOf(fields['secret']);
  const uri = textOf(fields['uri']);
  return secret === undefined || uri === undefined ? undefined : { secret, uri };
}

/** Reads the answer of `PUT /session/second-factor`. */
export function readRecoveryCodes(json: unknown): readonly string[] | undefined {
  return listOf(fieldsOf(json)['recoveryCodes'], textOf);
}
