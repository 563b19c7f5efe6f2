"""What is kept here, in the shape of FHIR R4 (https://hl7.org/fhir/R4/)."""
