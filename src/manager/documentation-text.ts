/** Holds the OpenAPI document as text; it can be made only once all controllers are there. */
export class DocumentationText {
  document = '';
}
