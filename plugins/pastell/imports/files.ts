import { readFile } from 'node:fs/promises'
import { parseArgs, type ParseArgsConfig } from 'node:util'
import { errors } from '#core'

export const refuse = (detail: string, cause?: unknown) => errors.badInput({ detail, cause })

/** @throws errors.badInput */
export const readText = async (path: string): Promise<string> => {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    throw refuse(`« ${path} » ne peut pas être lu : vérifier son nom et ses droits.`, cause)
  }
}

/** What follows the name of an import: its file, and its options. @throws errors.badInput */
export const argumentsOf = <O extends NonNullable<ParseArgsConfig['options']>>(args: readonly string[], options: O) => {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true })
    return { values, path: positionals[0] }
  } catch (cause) {
    const known = Object.keys(options).map(name => `--${name}`)
    throw refuse(`Les options « ${args.join(' ')} » ne sont pas comprises : ${known.join(', ')}.`, cause)
  }
}
