import { buffer } from 'node:stream/consumers'
import type { DocumentContents, Files } from '../authoring/context.ts'
import type { FileRef } from '../authoring/values.ts'
import { fieldNamed, filesIn, textOf } from '../contracts/expressions.ts'
import { FileMissingError, readableSize } from '../files/errors.ts'
import type { Budget } from './budget.ts'
import type { Sources } from './environment.ts'
import { Fault } from './fault.ts'
import { ask, type ReaderQuery } from './reader.ts'
import { fromJson, isHash, isList, textOfValue, type Value } from './values.ts'

const LARGEST_FILE = 10 * 1024 * 1024

const PATTERN = /^(?<mark>[/#~@%])(?<body>[\s\S]*)\k<mark>(?<flags>[imsux]*)$/u

const weight = (value: Value): number => {
  if (isList(value)) return value.reduce<number>((sum, each) => sum + weight(each), 0)
  if (isHash(value)) return [...value].reduce((sum, [key, each]) => sum + key.length + weight(each), 0)
  return textOfValue(value).length
}

/** The files of a document, for the functions of the language: only those of its own fields, 10 MB at most. */
export const sourcesOf = (contents: DocumentContents, files: Pick<Files, 'open'>, budget: Budget): Sources => {
  const fileIn = (name: string): FileRef | undefined => {
    const field = fieldNamed(contents, name)
    return field === undefined ? undefined : filesIn(contents, field)[0]
  }

  const contentOf = async (file: FileRef): Promise<Uint8Array> => {
    if (file.size > LARGEST_FILE)
      throw new Fault(
        `le fichier « ${file.name} » fait ${readableSize(file.size)}, une expression en lit 10 Mo au plus`,
      )
    try {
      return await buffer(files.open(file))
    } catch (error) {
      if (error instanceof FileMissingError) throw new Fault(`le fichier « ${file.name} » est absent de l'entrepôt`)
      throw error
    }
  }

  const query = async (name: string, question: ReaderQuery): Promise<readonly Value[]> => {
    const file = fileIn(name)
    if (!file) return []
    budget.step()
    const answer = await ask({ sha256: file.sha256, content: await contentOf(file) }, question)
    if (answer.fault !== undefined) throw new Fault(`fichier « ${file.name} » (champ « ${name} ») : ${answer.fault}`)
    const values = budget.list(answer.values.map(value => fromJson(value, budget.touch)))
    budget.foresee(weight(values))
    return values
  }

  return {
    xpath: (field, expression) => query(field, { is: 'xpath', expression }),
    jsonpath: (field, expression) => query(field, { is: 'jsonpath', expression }),
    csv: async (field, cell) => {
      if ([cell.delimiter, cell.enclosure, cell.escape].some(each => [...each].length !== 1))
        throw new Fault('« csvpath » attend un seul caractère comme séparateur, guillemet et échappement')
      return textOfValue((await query(field, { is: 'csv', cell }))[0])
    },
    matches: async (text, pattern) => {
      const { body, flags = '' } = PATTERN.exec(pattern)?.groups ?? {}
      if (body === undefined || flags.includes('x'))
        throw new Fault("« matches » attend un motif entre deux « / », par exemple '/^2026/i'")
      budget.step()
      const answer = await ask(undefined, { is: 'matches', text, pattern: body, flags: `${flags.replace('u', '')}u` })
      if (answer.fault !== undefined) throw new Fault(`motif de « matches » : ${answer.fault}`)
      return answer.values[0] === true
    },
    label: name => {
      const field = fieldNamed(contents, name)
      return field === undefined ? '' : textOf(contents, field, 'label')
    },
  }
}
