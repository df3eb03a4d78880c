"""Operations across areas. One verb a file, one commit an operation."""
