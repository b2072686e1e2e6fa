import { ObjectIdentifier, Sequence } from 'asn1js'
import { X509Certificate } from 'node:crypto'
import { Certificate, CertificateChainValidationEngine } from 'pkijs'
import { bytesOf, OID, parseDer } from './der.ts'

export const certificateFrom = (der: Uint8Array): Certificate => new Certificate({ schema: parseDer(der) })

/** What node:crypto makes of it: names and public keys. */
export const x509Of = (certificate: Certificate): X509Certificate =>
  new X509Certificate(bytesOf(certificate.toSchema().toBER()))

/** Common name of the holder, or its whole name on one line. */
export const holderOf = ({ subject }: X509Certificate): string =>
  /^CN=(.*)$/mu.exec(subject)?.[1] ?? subject.replaceAll('\n', ', ')

/**
 * What forbids this certificate to stamp: RFC 3161 §2.3 wants the usage « timeStamping », critical and alone. `undefined` when
 * nothing does.
 */
export const usageFault = (certificate: Certificate): string | undefined => {
  const extension = certificate.extensions?.find(({ extnID }) => extnID === OID.extendedKeyUsage)
  if (!extension) return "n'a pas l'usage « horodatage » (extendedKeyUsage timeStamping)"
  const usages = parseDer(extension.extnValue.valueBlock.valueHexView)
  const named =
    usages instanceof Sequence
      ? usages.valueBlock.value.map(each => (each instanceof ObjectIdentifier ? each.getValue() : ''))
      : []
  if (!named.includes(OID.timeStamping)) return "n'a pas l'usage « horodatage » (extendedKeyUsage timeStamping)"
  if (named.length > 1) return "a d'autres usages que l'horodatage, ce que la norme interdit"
  return extension.critical ? undefined : "n'a pas l'usage « horodatage » en extension critique"
}

/**
 * Whether a certificate was valid at a date under one of the authorities.
 * @param others certificates that may lie between the two
 * @returns what does not hold, in English (the library's words), or `undefined`
 */
export const chainFault = async (
  signer: Certificate,
  {
    authorities,
    others,
    at,
  }: { readonly authorities: readonly Certificate[]; readonly others: readonly Certificate[]; readonly at: Date },
): Promise<string | undefined> => {
  // The library takes the last certificate for the one to judge.
  const engine = new CertificateChainValidationEngine({
    trustedCerts: [...authorities],
    certs: [...others, signer],
    checkDate: at,
  })
  const { result, resultMessage } = await engine.verify()
  return result ? undefined : resultMessage
}
