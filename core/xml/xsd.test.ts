import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { validateXsd } from './xsd.ts'

const folderWith = async (files: Readonly<Record<string, string>>) => {
  const folder = await mkdtemp(join(tmpdir(), 'passeur-xsd-'))
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(folder, name, '..'), { recursive: true })
    await writeFile(join(folder, name), content)
  }
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) }
}

const schema = (inside: string) =>
  `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:x="http://www.w3.org/1999/xlink">${inside}</xs:schema>`

const NUMBERS = schema(`<xs:element name="a"><xs:complexType><xs:sequence>
  <xs:element name="n" type="xs:int" maxOccurs="unbounded"/></xs:sequence></xs:complexType></xs:element>`)

const faults = async (files: Readonly<Record<string, string>>, document: string) => {
  await using bench = await folderWith(files)
  return (await validateXsd(bench.folder, 'main/a.xsd', Buffer.from(document))).map(fault => fault.message)
}

test('a valid document has no fault, an invalid one has them all, and a broken one says so', async () => {
  expect(await faults({ 'main/a.xsd': NUMBERS }, '<a><n>1</n></a>')).toEqual([])
  expect(await faults({ 'main/a.xsd': NUMBERS }, '<a><n>x</n><n>y</n></a>')).toHaveLength(2)
  expect((await faults({ 'main/a.xsd': NUMBERS }, '<a><n>')).join()).toMatch(/Premature end|EndTag/u)
})

test('schemas of the W3C are found in the folder, under the path of their address', async () => {
  const main =
    schema(`<xs:import namespace="http://www.w3.org/1999/xlink" schemaLocation="http://www.w3.org/1999/xlink.xsd"/>
    <xs:element name="a"><xs:complexType><xs:attribute ref="x:href" use="required"/></xs:complexType></xs:element>`)
  const xlink = `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="http://www.w3.org/1999/xlink"><xs:attribute name="href"/></xs:schema>`
  const files = { 'main/a.xsd': main, 'w3c/1999/xlink.xsd': xlink }
  expect(await faults(files, '<a xmlns:x="http://www.w3.org/1999/xlink" x:href="y"/>')).toEqual([])
  expect(await faults(files, '<a/>')).toHaveLength(1)
})

test('a schema that is missing, broken, or reaches out of its folder is told apart from a faulty document', async () => {
  await expect(faults({}, '<a/>')).rejects.toThrow(/main\/a\.xsd cannot be used/u)
  await expect(faults({ 'main/a.xsd': '<xs:schema' }, '<a/>')).rejects.toThrow(/cannot be used/u)
  await using outside = await folderWith({ 'b.xsd': schema('<xs:element name="b" type="xs:int"/>') })
  const reaching = schema(
    `<xs:include schemaLocation="file://${outside.folder}/b.xsd"/><xs:element name="a"><xs:complexType><xs:sequence><xs:element ref="b"/></xs:sequence></xs:complexType></xs:element>`,
  )
  await expect(faults({ 'main/a.xsd': reaching }, '<a><b>1</b></a>')).rejects.toThrow(/cannot be used/u)
})

test('a wildcard written for XSD 1.1 does not forbid the schema', async () => {
  const ambiguous = schema(`<xs:element name="a"><xs:complexType><xs:sequence>
    <xs:element name="n" minOccurs="0"/><xs:any processContents="lax" minOccurs="0"/></xs:sequence></xs:complexType></xs:element>`)
  expect(await faults({ 'main/a.xsd': ambiguous }, '<a><n/><o xmlns="urn:o"/></a>')).toEqual([])
  expect(await faults({ 'main/a.xsd': ambiguous }, '<a><m/></a>')).toHaveLength(1)
})

test('entities of a hostile document are not resolved', async () => {
  const text = schema('<xs:element name="a" type="xs:string"/>')
  const answer = await faults(
    { 'main/a.xsd': text },
    '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>',
  )
  expect(answer.join()).not.toContain('root:')
  const laughs = `<!DOCTYPE a [<!ENTITY b "ha">${Array.from({ length: 30 }, (_, n) => `<!ENTITY b${n} "&b${n === 0 ? '' : n - 1};&b${n === 0 ? '' : n - 1};">`).join('')}]><a>&b29;</a>`
  expect((await faults({ 'main/a.xsd': text }, laughs)).length).toBeGreaterThan(0)
})

test('many validations asked at once are each answered', async () => {
  await using bench = await folderWith({ 'main/a.xsd': NUMBERS })
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, n) =>
      validateXsd(bench.folder, 'main/a.xsd', Buffer.from(`<a>${'<n>x</n>'.repeat(n + 1)}</a>`)),
    ),
  )
  expect(answers.map(each => each.length)).toEqual(Array.from({ length: 20 }, (_, n) => n + 1))
})

test('a wildcard that says « any » aloud is read alike, when the schema language is the default namespace too', async () => {
  const ambiguous = `<schema xmlns="http://www.w3.org/2001/XMLSchema"><element name="a"><complexType><sequence>
    <element name="n" minOccurs="0"/><any namespace="##any" processContents="lax" minOccurs="0"/></sequence></complexType></element></schema>`
  expect(await faults({ 'main/a.xsd': ambiguous }, '<a><n/><o xmlns="urn:o"/></a>')).toEqual([])
})
