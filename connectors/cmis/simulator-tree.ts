import type { SimFile } from '#core/testing'

/** A folder or a document of the simulated repository. */
export interface Node {
  readonly id: string
  name: string
  parent: Node | undefined
  readonly kind: 'folder' | 'file'
  readonly type: string
  readonly properties: ReadonlyMap<string, unknown>
  /** The name in paths, where it is not the name itself (Nuxeo keeps the first one). */
  readonly segment: string
  readonly file: SimFile | undefined
}

export interface Tree {
  readonly root: Node
  /** In a repository that keeps paths apart from names, finds an object by either. */
  find(segments: readonly string[]): Node | undefined
  byId(id: string): Node | undefined
  children(node: Node): readonly Node[]
  add(node: Omit<Node, 'id' | 'segment'>): Node
  remove(node: Node): void
  pathOf(node: Node): string
}

/** Names as Alfresco compares them. */
export const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase()

export const createTree = (): Tree => {
  let last = 0
  const identifier = (): string => `7f2c0000-0000-4000-8000-${String((last += 1)).padStart(12, '0')}`
  const root: Node = {
    id: identifier(),
    name: '',
    segment: '',
    parent: undefined,
    kind: 'folder',
    type: 'cmis:folder',
    properties: new Map(),
    file: undefined,
  }
  const nodes = new Set<Node>([root])
  const children = (parent: Node) => [...nodes].filter(each => each.parent === parent)
  return {
    root,
    children,
    find: segments => {
      let here: Node | undefined = root
      for (const segment of segments) {
        const held: readonly Node[] = here ? children(here) : []
        here = held.find(each => same(each.segment, segment)) ?? held.find(each => same(each.name, segment))
      }
      return here
    },
    byId: id => [...nodes].find(each => each.id === id),
    add: node => {
      const added = { ...node, segment: node.name, id: identifier() + (node.kind === 'file' ? ';1.0' : '') }
      nodes.add(added)
      return added
    },
    remove: node => {
      const all = [node]
      for (const each of all) all.push(...children(each))
      for (const each of all) nodes.delete(each)
    },
    pathOf: node => {
      const names: string[] = []
      for (let here: Node | undefined = node; here?.parent; here = here.parent) names.unshift(here.name)
      return `/${names.join('/')}`
    },
  }
}

/** A repository where the path of an object is its name, as in Alfresco: what it was created under is forgotten. */
export const forgetSegments = (tree: Tree): Tree => ({
  ...tree,
  find: segments => {
    let here: Node | undefined = tree.root
    for (const segment of segments) here = here && tree.children(here).find(each => same(each.name, segment))
    return here
  },
})
