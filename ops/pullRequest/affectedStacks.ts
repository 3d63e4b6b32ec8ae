/** Files that say something about the project, and nothing to it. */
const WORDS = /(?:^|\/)[^/]*\.md$|^docs\/|^LICENSE$|^\.gitignore$/;

/** Rooms whose files no stack is made of, nor how one is simulated, judged or shown. */
const ELSEWHERE = /^(?:test|bench|workload)\//;

const STACK_FILE = /^Pulumi\.(.+)\.yaml$/;

/**
 * The stacks whose preview a change may change: that of a stack file for itself, all of them for anything that they are made
 * of, judged by or simulated with. In doubt a stack is affected: a preview of nothing costs a minute, a missing one the review.
 * @param files paths of changed, added and removed files, from the checkout
 * @param stacks every stack of the project
 */
export function affectedStacks(files: readonly string[], stacks: readonly string[]): string[] {
  const own = new Set(files.flatMap((file) => STACK_FILE.exec(file)?.[1] ?? []));
  const others = files.filter((file) => !STACK_FILE.test(file) && !WORDS.test(file) && !ELSEWHERE.test(file));
  return stacks.filter((stack) => others.length > 0 || own.has(stack)).toSorted();
}
