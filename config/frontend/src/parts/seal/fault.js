/** What went wrong, as a code the page has words for. The name carries it, because only name and message leave a worker. */
export class Fault extends Error {
  constructor(code, message = code) {
    super(message);
    this.name = code;
  }
}
