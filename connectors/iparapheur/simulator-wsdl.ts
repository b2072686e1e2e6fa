import { NAMESPACE } from './wire.ts'

const operations = [
  'echo',
  'GetListeTypes',
  'GetListeSousTypes',
  'CreerDossier',
  'GetHistoDossier',
  'GetDossier',
  'RechercherDossiers',
  'ArchiverDossier',
  'EffacerDossierRejete',
]

const each = (line: (operation: string) => string): string => operations.map(line).join('\n')

/** The description that the service gives of itself, as far as the simulator goes: document/literal, empty SOAPAction. */
export const wsdl = (location: string): string => `<?xml version="1.0" encoding="UTF-8"?>
<wsdl:definitions xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/"
  xmlns:ns="${NAMESPACE}" targetNamespace="${NAMESPACE}">
${each(
  name => `<wsdl:message name="${name}Request"><wsdl:part name="p" element="ns:${name}Request"/></wsdl:message>
<wsdl:message name="${name}Response"><wsdl:part name="p" element="ns:${name}Response"/></wsdl:message>`,
)}
<wsdl:portType name="InterfaceParapheur">
${each(name => `<wsdl:operation name="${name}"><wsdl:input message="ns:${name}Request"/><wsdl:output message="ns:${name}Response"/></wsdl:operation>`)}
</wsdl:portType>
<wsdl:binding name="InterfaceParapheurSoap11" type="ns:InterfaceParapheur">
<soap:binding style="document" transport="http://schemas.xmlsoap.org/soap/http"/>
${each(name => `<wsdl:operation name="${name}"><soap:operation soapAction=""/><wsdl:input><soap:body use="literal"/></wsdl:input><wsdl:output><soap:body use="literal"/></wsdl:output></wsdl:operation>`)}
</wsdl:binding>
<wsdl:service name="InterfaceParapheurService">
<wsdl:port name="InterfaceParapheurSoap11" binding="ns:InterfaceParapheurSoap11"><soap:address location="${location}"/></wsdl:port>
</wsdl:service>
</wsdl:definitions>`
