// pdf.js, as unpdf builds it to run without a browser. The build replaces this module by one that unpacks it at its first use: it is large.

export { getDocument } from "unpdf/pdfjs";
