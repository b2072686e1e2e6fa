/** An object of the repository, reduced to what a deposit needs. */
export interface CmisObject {
  /** With the version that Alfresco adds to it: `7f2c…;1.0`. */
  readonly id: string
  readonly name: string
  readonly kind: 'file' | 'folder'
  readonly size: number
  readonly modifiedAt: Date | undefined
  /** To be given back to whoever wants to change the object; few repositories give one. */
  readonly changeToken: string | undefined
  /** What this account may do with it, when asked for: `canCreateDocument`… */
  readonly allowed: Readonly<Record<string, boolean>>
}

/** The properties asked for. */
export const FILTER =
  'cmis:objectId,cmis:name,cmis:baseTypeId,cmis:contentStreamLength,cmis:lastModificationDate,cmis:changeToken'

interface Answered {
  readonly succinctProperties?: Readonly<Record<string, unknown>>
  readonly properties?: Readonly<Record<string, { readonly value?: unknown }>>
  readonly allowableActions?: Readonly<Record<string, boolean>>
}

/** Reads an object of an answer, in its short form or in the long one that some servers give whatever is asked. */
export const readObject = (answered: unknown): CmisObject | undefined => {
  const { succinctProperties, properties, allowableActions } = Object(answered) as Answered
  const value = (id: string): unknown => {
    const found: unknown = succinctProperties ? succinctProperties[id] : properties?.[id]?.value
    return Array.isArray(found) ? (found as readonly unknown[])[0] : found
  }
  const id = value('cmis:objectId')
  const name = value('cmis:name')
  if (typeof id !== 'string' || typeof name !== 'string') return undefined
  const size = value('cmis:contentStreamLength')
  const modified = value('cmis:lastModificationDate')
  const token = value('cmis:changeToken')
  return {
    id,
    name,
    kind: value('cmis:baseTypeId') === 'cmis:folder' ? 'folder' : 'file',
    size: typeof size === 'number' && size > 0 ? size : 0,
    modifiedAt: typeof modified === 'number' ? new Date(modified) : undefined,
    changeToken: typeof token === 'string' ? token : undefined,
    allowed: allowableActions ?? {},
  }
}
