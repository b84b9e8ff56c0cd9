import type { NodeResource, ResourceId } from '../realization/resources.pb.js';
import type { EngineChange } from './engine.js';
import { idText } from './held-state.js';
import { usesOf } from './resource-uses.js';

/** Why a transaction cannot be taken. */
export interface BookProblem {
  readonly culprit: ResourceId;
  readonly reason: string;
}

/** The resources that an engine runs. It insists that whatever is used is there, and takes a transaction whole or not at all. */
export class ResourceBook {
  private readonly resources = new Map<string, NodeResource>();
  /** How many resources use each. */
  private readonly users = new Map<string, number>();

  /** @param id as `idText` writes it */
  has(id: string): boolean {
    return this.resources.has(id);
  }

  all(): IterableIterator<NodeResource> {
    return this.resources.values();
  }

  /** Takes a transaction, or answers why not and stays as it was. A function that is answered takes it back. */
  apply(transaction: readonly EngineChange[]): BookProblem | (() => void) {
    const undo: (() => void)[] = [];
    for (const { id, resource } of transaction) {
      const text = idText(id);
      const before = this.resources.get(text);
      this.replace(text, before, resource);
      undo.push(() => this.replace(text, resource, before));
    }
    const takeBack = (): void => {
      for (const step of undo.reverse()) step();
    };
    const problem = this.problemOf(transaction);
    if (problem) takeBack();
    return problem ?? takeBack;
  }

  private problemOf(transaction: readonly EngineChange[]): BookProblem | undefined {
    for (const { id, resource } of transaction) {
      const missing = resource && usesOf(resource).find((used) => !this.resources.has(idText(used)));
      if (missing) return { culprit: id, reason: `it uses ${missing.key}, which is not there` };
      if (!resource && (this.users.get(idText(id)) ?? 0) > 0) return { culprit: id, reason: 'it is still in use' };
    }
    return undefined;
  }

  private replace(text: string, before: NodeResource | undefined, after: NodeResource | undefined): void {
    for (const used of before ? usesOf(before) : []) this.count(idText(used), -1);
    for (const used of after ? usesOf(after) : []) this.count(idText(used), 1);
    if (after) this.resources.set(text, after);
    else this.resources.delete(text);
  }

  private count(text: string, by: number): void {
    const count = (this.users.get(text) ?? 0) + by;
    if (count === 0) this.users.delete(text);
    else this.users.set(text, count);
  }
}
