import { StringDecoder } from 'node:string_decoder';

/**
 * Takes a stream apart into the JSON objects that it is made of. The database protocol puts nothing between them, so where one
 * ends is known by counting braces outside of strings. Each character is looked at once, however the stream is cut.
 */
export class JsonFrames {
  private readonly decoder = new StringDecoder('utf8');
  private text = '';
  private at = 0;
  private depth = 0;
  private quoted = false;
  private escaped = false;

  /** @returns the texts of the objects that are whole now */
  push(chunk: Buffer): string[] {
    this.text += this.decoder.write(chunk);
    const whole: string[] = [];
    let start = 0;
    for (; this.at < this.text.length; this.at += 1) {
      if (!this.endsHere(this.text.charCodeAt(this.at))) continue;
      whole.push(this.text.slice(start, this.at + 1));
      start = this.at + 1;
    }
    this.text = this.text.slice(start);
    this.at -= start;
    return whole;
  }

  private endsHere(character: number): boolean {
    if (this.escaped) this.escaped = false;
    else if (this.quoted && character === BACKSLASH) this.escaped = true;
    else if (character === QUOTE) this.quoted = !this.quoted;
    else if (!this.quoted && character === OPEN) this.depth += 1;
    else if (!this.quoted && character === CLOSE) {
      this.depth -= 1;
      return this.depth === 0;
    }
    return false;
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN = 0x7b;
const CLOSE = 0x7d;
