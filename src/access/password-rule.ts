/** What any new password must be; the words fit after "must be". */
export const PASSWORD_RULE = 'a password of 8 to 128 characters without control characters';

export function isAcceptablePassword(password: string): boolean {
  return /^[^\p{Cc}]{8,128}$/u.test(password);
}
