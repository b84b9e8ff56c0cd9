/** Path of the intent that a resource is for. Where one intent becomes several resources, their keys are its path with an @ and which one it is. */
export function intentOf(key: string): string {
  return key.split('@', 1)[0] ?? '';
}
