"""The plain renderer: draws PPTX slides where there is no LibreOffice, and says what it leaves out."""
